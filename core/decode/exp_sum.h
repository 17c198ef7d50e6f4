#ifndef FRAZO_CORE_DECODE_EXP_SUM_H_
#define FRAZO_CORE_DECODE_EXP_SUM_H_

#include <cmath>
#include <limits>

#include "core/numeric/exponential.h"

namespace frazo::decode {

using numeric::kExp2Polynomial;
using numeric::kLog2E;
using numeric::kMinExponent;

// A sum of exp is kept as a multiple of exp(reference), so that it does not overflow. The reference
// is a score of the row. It moves to the largest score only if that is greater by more than this.
constexpr float kReferenceSlack = 20;
// A finite number, so that a distance from it is never NaN.
constexpr float kNoReference = std::numeric_limits<float>::lowest();

// Returns the logarithm of the sum of exp of a row, given the sum relative to `reference`.
inline float LogSum(float reference, float sum) {
  if (reference == kNoReference) return -std::numeric_limits<float>::infinity();
  if (reference == std::numeric_limits<float>::infinity()) return reference;
  return reference + std::log(sum);
}

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_EXP_SUM_H_
