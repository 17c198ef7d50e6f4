#ifndef FRAZO_CORE_AUDIO_SPECTRUM_MASKS_H_
#define FRAZO_CORE_AUDIO_SPECTRUM_MASKS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "core/numeric/random.h"
#include "frazo/proto/spec_augment.pb.h"

namespace frazo::audio {

// Sets bands and spans of the frames to zero, as the message SpecAugment says. `features` are
// [frames, frame_size]; frame_size >= 1.
void MaskSpectrum(const SpecAugment& config, int64_t frame_size, numeric::Random* random,
                  absl::Span<float> features);

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_SPECTRUM_MASKS_H_
