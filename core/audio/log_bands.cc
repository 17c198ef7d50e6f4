#include "core/audio/log_bands.h"

#include <cstdint>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/audio/log_bands.cc"
#include "hwy/foreach_target.h"
// These includes must follow foreach_target.h:
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::audio::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE void LogInPlace(D d, float floor, float* values) {
  hn::StoreU(hn::Log(d, hn::Max(hn::Set(d, floor), hn::LoadU(d, values))), d, values);
}

void LogValues(float floor, float* values, int64_t count) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) LogInPlace(d, floor, values + i);
  const hn::CappedTag<float, 1> one;
  for (; i < count; ++i) LogInPlace(one, floor, values + i);
}

}  // namespace frazo::audio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::audio {

void LogFromFloor(float floor, absl::Span<float> values) {
  static const auto log = FRAZO_VECTOR_FUNCTION(LogValues);
  log(floor, values.data(), values.size());
}

}  // namespace frazo::audio

#endif  // HWY_ONCE
