#include "core/audio/windowed_frames.h"

#include <cstdint>

#include "core/audio/frame_lanes.h"
#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/audio/windowed_frames.cc"
#include "hwy/foreach_target.h"
// These includes must follow foreach_target.h:
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::audio::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

void EmphasizeSamples(const float* samples, int64_t count, float scale, float pre_emphasis,
                      float* emphasized) {
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, scale);
  const auto before = hn::Set(d, pre_emphasis);
  const int64_t lanes = hn::Lanes(d);
  int64_t n = 0;
  for (; n + lanes <= count; n += lanes) {
    const auto sample = hn::Mul(factor, hn::LoadU(d, samples + n));
    const auto next = hn::Mul(factor, hn::LoadU(d, samples + n + 1));
    hn::StoreU(hn::Sub(next, hn::Mul(before, sample)), d, emphasized + n);
  }
  // One by one in the same vectors, so that a number does not depend on its place.
  const hn::CappedTag<float, 1> one;
  for (; n < count; ++n) {
    const auto sample = hn::Mul(hn::Set(one, scale), hn::LoadU(one, samples + n));
    const auto next = hn::Mul(hn::Set(one, scale), hn::LoadU(one, samples + n + 1));
    hn::StoreU(hn::Sub(next, hn::Mul(hn::Set(one, pre_emphasis), sample)), one, emphasized + n);
  }
}

void WindowFrames(const float* signal, int64_t step, const float* window, int64_t count,
                  float* frames) {
  static_assert(kFrameLanes == 4);
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d);
  int64_t n = 0;
  for (; n + lanes <= count; n += lanes) {
    const auto weights = hn::LoadU(d, window + n);
    const auto frame = [=](int64_t lane) HWY_ATTR {
      return hn::Mul(weights, hn::LoadU(d, signal + lane * step + n));
    };
    hn::StoreInterleaved4(frame(0), frame(1), frame(2), frame(3), d, frames + n * kFrameLanes);
  }
  for (; n < count; ++n) {
    for (int64_t lane = 0; lane < kFrameLanes; ++lane) {
      frames[n * kFrameLanes + lane] = window[n] * signal[lane * step + n];
    }
  }
}

}  // namespace frazo::audio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::audio {

void Emphasize(absl::Span<const float> samples, float scale, float pre_emphasis,
               float* emphasized) {
  static const auto emphasize = FRAZO_VECTOR_FUNCTION(EmphasizeSamples);
  if (samples.size() < 2) return;
  emphasize(samples.data(), samples.size() - 1, scale, pre_emphasis, emphasized);
}

void WriteWindowedFrames(const float* signal, int64_t step, absl::Span<const float> window,
                         float* frames) {
  static const auto write = FRAZO_VECTOR_FUNCTION(WindowFrames);
  write(signal, step, window.data(), window.size(), frames);
}

}  // namespace frazo::audio

#endif  // HWY_ONCE
