#include "core/kernels/gemm/gated_values.h"

#include <cstdint>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gemm/gated_values.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::gemm::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
constexpr int64_t kLanes = HWY_LANES(float);

HWY_INLINE hn::Vec<D> Open(const GatedValues& from, int64_t i) {
  const D d;
  const auto open = hn::Gt(hn::LoadU(d, from.gate + i), hn::Zero(d));
  return hn::IfThenElseZero(open, hn::LoadU(d, from.values + i));
}

void Copy(const GatedValues& from, float* to) {
  int64_t i = 0;
  for (; i + kLanes <= from.count; i += kLanes) hn::StoreU(Open(from, i), D(), to + i);
  for (; i < from.count; ++i) to[i] = from.gate[i] > 0 ? from.values[i] : 0.0f;
}

void Add(const GatedValues& from, float* sums) {
  const D d;
  int64_t i = 0;
  for (; i + kLanes <= from.count; i += kLanes) {
    hn::StoreU(hn::Add(hn::LoadU(d, sums + i), Open(from, i)), d, sums + i);
  }
  for (; i < from.count; ++i) sums[i] += from.gate[i] > 0 ? from.values[i] : 0.0f;
}

}  // namespace frazo::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::gemm {

void CopyOpen(const GatedValues& from, float* to) {
  static const auto copy = FRAZO_VECTOR_FUNCTION(Copy);
  copy(from, to);
}

void AddOpen(const GatedValues& from, float* sums) {
  static const auto add = FRAZO_VECTOR_FUNCTION(Add);
  add(from, sums);
}

}  // namespace frazo::gemm

#endif  // HWY_ONCE
