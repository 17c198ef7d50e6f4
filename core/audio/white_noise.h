#ifndef FRAZO_CORE_AUDIO_WHITE_NOISE_H_
#define FRAZO_CORE_AUDIO_WHITE_NOISE_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/numeric/random.h"

namespace frazo::audio {

// Returns the standard deviation of the noise that is `snr_db` decibels weaker than the samples:
// sqrt(mean square of the samples) 10^(-snr_db / 20). 0 without samples.
float NoiseDeviation(absl::Span<const float> samples, double snr_db);

// Adds an independent normal number of the standard deviation `deviation` to each sample. Takes
// nothing from *random if it is 0.
void AddWhiteNoise(float deviation, numeric::Random* random, absl::Span<float> samples);

// Noise that is weaker or stronger than this leaves only the one or only the other in 24 bits.
inline constexpr double kMostDecibels = 100;

// Adds white noise that is `snr_db` decibels weaker than the samples. Silence gets none. Error:
// kInvalidArgument unless -kMostDecibels <= snr_db <= kMostDecibels.
absl::Status AddNoise(double snr_db, numeric::Random* random, absl::Span<float> samples);

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_WHITE_NOISE_H_
