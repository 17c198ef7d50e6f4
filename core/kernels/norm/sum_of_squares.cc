#include "core/kernels/norm/sum_of_squares.h"

#include <cstdint>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/norm/sum_of_squares.cc"
#include "hwy/foreach_target.h"
// These includes must follow foreach_target.h:
#include "core/kernels/norm/vector_sums.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::norm::HWY_NAMESPACE {

float SquaresOf(const float* values, int64_t count) {
  return SumOf(count, [values](auto d, int64_t i) HWY_ATTR {
    const auto value = hn::LoadU(d, values + i);
    return hn::Mul(value, value);
  });
}

}  // namespace frazo::norm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::norm {

float SumOfSquares(const float* values, int64_t count) {
  static const auto compute = FRAZO_VECTOR_FUNCTION(SquaresOf);
  return compute(values, count);
}

}  // namespace frazo::norm

#endif  // HWY_ONCE
