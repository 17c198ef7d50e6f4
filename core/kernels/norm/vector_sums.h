// Sums over vectors of floats. Files that are compiled for several processors include it; see
// vector_targets.h. Its include guard differs from others, because it is included once for each
// processor.
#if defined(FRAZO_CORE_KERNELS_NORM_VECTOR_SUMS_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FRAZO_CORE_KERNELS_NORM_VECTOR_SUMS_H_
#undef FRAZO_CORE_KERNELS_NORM_VECTOR_SUMS_H_
#else
#define FRAZO_CORE_KERNELS_NORM_VECTOR_SUMS_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::norm::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<float>;
using OneLane = hn::CappedTag<float, 1>;

// The number of parts of a sum. It is the same on every processor, so that the order of the terms
// is, too.
inline constexpr int64_t kParts = 64;

// Returns the sum of term(d, i) over 0 <= i < count. With the tag Lanes, term gives the terms from
// i on as a vector; with OneLane a single one.
template <typename Term>
HWY_INLINE float SumOf(int64_t count, const Term& term) {
  constexpr int64_t kLanes = HWY_LANES(float);
  constexpr int64_t kVectors = kParts / kLanes;
  const Lanes d;
  hn::Vec<Lanes> parts[kVectors];
  for (hn::Vec<Lanes>& part : parts) part = hn::Zero(d);
  int64_t i = 0;
  for (; i + kParts <= count; i += kParts) {
    for (int64_t v = 0; v < kVectors; ++v) parts[v] = hn::Add(parts[v], term(d, i + v * kLanes));
  }
  float sum = 0;
  for (; i < count; ++i) sum += hn::GetLane(term(OneLane(), i));
  float stored[kParts];
  for (int64_t v = 0; v < kVectors; ++v) hn::StoreU(parts[v], d, stored + v * kLanes);
  for (const float part : stored) sum += part;
  return sum;
}

// Calls work(d, i) for vectors, or single elements, that together are 0 .. count - 1.
template <typename Work>
HWY_INLINE void ForEachVector(int64_t count, const Work& work) {
  constexpr int64_t kLanes = HWY_LANES(float);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) work(Lanes(), i);
  for (; i < count; ++i) work(OneLane(), i);
}

}  // namespace frazo::norm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
