// The dot product of vectors. Files that are compiled for several processors include it; see
// core/numeric/vector_targets.h. Its include guard differs from others, because it is included once
// for each processor.
#if defined(FRAZO_CORE_SHARD_EXPERTS_DOT_PRODUCT_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FRAZO_CORE_SHARD_EXPERTS_DOT_PRODUCT_H_
#undef FRAZO_CORE_SHARD_EXPERTS_DOT_PRODUCT_H_
#else
#define FRAZO_CORE_SHARD_EXPERTS_DOT_PRODUCT_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::shard::HWY_NAMESPACE {

// Returns the sum of a[i] * b[i].
HWY_INLINE float Dot(const float* a, const float* b, int64_t count) {
  namespace hn = ::hwy::HWY_NAMESPACE;
  using D = hn::ScalableTag<float>;
  constexpr int64_t kLanes = HWY_LANES(float);
  const D d;
  // Two sums, because one would wait for its last addition.
  hn::Vec<D> first = hn::Zero(d), second = hn::Zero(d);
  int64_t i = 0;
  for (; i + 2 * kLanes <= count; i += 2 * kLanes) {
    first = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), first);
    second = hn::MulAdd(hn::LoadU(d, a + i + kLanes), hn::LoadU(d, b + i + kLanes), second);
  }
  float sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(first, second)));
  for (; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace frazo::shard::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
