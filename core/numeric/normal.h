#ifndef FRAZO_CORE_NUMERIC_NORMAL_H_
#define FRAZO_CORE_NUMERIC_NORMAL_H_

#include "core/numeric/random.h"

namespace frazo::numeric {

// Returns a number of the normal distribution with the mean 0 and the standard deviation 1. It
// takes as many numbers of *random as it needs. The ratio of uniform numbers, by Leva, "A fast
// normal random number generator" (ACM TOMS, 1992). The result is a quotient of exact numbers and
// thus the same on every machine.
double Normal(Random* random);

}  // namespace frazo::numeric

#endif  // FRAZO_CORE_NUMERIC_NORMAL_H_
