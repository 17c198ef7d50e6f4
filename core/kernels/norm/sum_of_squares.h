#ifndef FRAZO_CORE_KERNELS_NORM_SUM_OF_SQUARES_H_
#define FRAZO_CORE_KERNELS_NORM_SUM_OF_SQUARES_H_

#include <cstdint>

namespace frazo::norm {

// So many values are summed up as floats. A longer sum is to be made of such sums as doubles.
inline constexpr int64_t kSquaresBlock = 16384;

// Returns the sum of the squares of `count` values, at most kSquaresBlock. It is infinite if it is
// above the largest float, and not finite if a value is not.
float SumOfSquares(const float* values, int64_t count);

}  // namespace frazo::norm

#endif  // FRAZO_CORE_KERNELS_NORM_SUM_OF_SQUARES_H_
