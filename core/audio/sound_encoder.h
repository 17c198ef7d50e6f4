#ifndef FRAZO_CORE_AUDIO_SOUND_ENCODER_H_
#define FRAZO_CORE_AUDIO_SOUND_ENCODER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace frazo::audio {

// How a sound is written.
struct SoundFormat {
  int32_t channels = 1;
  // In Hz.
  int32_t sample_rate = 16000;
  // SF_FORMAT_* of libsndfile: a container and a coding. Default: FLAC with 16 bits.
  int format = 0x170000 | 0x0002;
};

// Returns the content of a file with these samples, whose channels alternate. Samples beyond
// [-1, 1] are clipped if the coding has integers. Thread-safe.
//
// Errors: kInvalidArgument if libsndfile cannot write the format; kInternal if it fails.
absl::StatusOr<std::string> EncodeSound(absl::Span<const float> samples, const SoundFormat& format);

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_SOUND_ENCODER_H_
