#ifndef FRAZO_CORE_AUDIO_WINDOWED_FRAMES_H_
#define FRAZO_CORE_AUDIO_WINDOWED_FRAMES_H_

#include <cstdint>

#include "absl/types/span.h"

namespace frazo::audio {

// Sets emphasized[n] = scale samples[n + 1] - pre_emphasis scale samples[n] for all n but the last,
// for which there is no next sample: emphasized has one number less than samples.
void Emphasize(absl::Span<const float> samples, float scale, float pre_emphasis, float* emphasized);

// Writes kFrameLanes windowed frames lane by lane, [window.size(), kFrameLanes]: sample n of frame
// l is window[n] signal[l * step + n]. `signal` has the samples of all of them.
void WriteWindowedFrames(const float* signal, int64_t step, absl::Span<const float> window,
                         float* frames);

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_WINDOWED_FRAMES_H_
