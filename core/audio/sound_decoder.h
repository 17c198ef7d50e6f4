#ifndef FRAZO_CORE_AUDIO_SOUND_DECODER_H_
#define FRAZO_CORE_AUDIO_SOUND_DECODER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace frazo::audio {

// What DecodeSound() makes of a sound.
struct SoundTarget {
  // The rate of the samples in Hz. > 0.
  int32_t sample_rate = 16000;
  // A longer sound is an error.
  double max_seconds = 3600;
};

// Appends the samples of a file's content to *samples: FLAC, WAV (integers of 8 to 32 bits,
// floats), Ogg, MP3 and what else libsndfile reads. Integers of b bits are divided by 2^(b-1),
// channels are averaged, other rates are resampled. Thread-safe.
//
// Errors: kInvalidArgument if the bytes are no sound, are damaged, have a value far from [-1, 1] or
// NaN, last longer than max_seconds, or end before the length that the header of a FLAC or WAV
// file tells. Then *samples is as it was.
absl::Status DecodeSound(std::string_view bytes, const SoundTarget& target,
                         std::vector<float>* samples);

// What the header of a sound file tells.
struct SoundHeader {
  // In Hz.
  int32_t sample_rate = 0;
  int32_t channels = 0;
  // Samples of each channel; -1 if the header doesn't tell it.
  int64_t length = -1;
  // As libsndfile names it: "FLAC (Free Lossless Audio Codec), Signed 16 bit PCM".
  std::string format;
};

// Error: kInvalidArgument if the bytes are no sound. Thread-safe.
absl::StatusOr<SoundHeader> ReadSoundHeader(std::string_view bytes);

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_SOUND_DECODER_H_
