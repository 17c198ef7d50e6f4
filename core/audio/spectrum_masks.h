#ifndef FRAZO_CORE_AUDIO_SPECTRUM_MASKS_H_
#define FRAZO_CORE_AUDIO_SPECTRUM_MASKS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/numeric/random.h"
#include "frazo/proto/spec_augment.pb.h"

namespace frazo::audio {

// Error: kInvalidArgument for a field out of its range; `path` is the field path of the message.
absl::Status CheckSpecAugment(std::string_view path, const SpecAugment& config);

// Sets bands and spans of the frames to zero, as the message SpecAugment says, which was checked.
// `features` are [frames, frame_size]; frame_size >= 1.
void MaskSpectrum(const SpecAugment& config, int64_t frame_size, numeric::Random* random,
                  absl::Span<float> features);

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_SPECTRUM_MASKS_H_
