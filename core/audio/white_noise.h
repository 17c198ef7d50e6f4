#ifndef FRAZO_CORE_AUDIO_WHITE_NOISE_H_
#define FRAZO_CORE_AUDIO_WHITE_NOISE_H_

#include "absl/types/span.h"
#include "core/numeric/random.h"

namespace frazo::audio {

// Returns the standard deviation of the noise that is `snr_db` decibels weaker than the samples:
// sqrt(mean square of the samples) 10^(-snr_db / 20). 0 without samples.
float NoiseDeviation(absl::Span<const float> samples, double snr_db);

// Adds an independent normal number of the standard deviation `deviation` to each sample. Takes
// nothing from *random if it is 0.
void AddWhiteNoise(float deviation, numeric::Random* random, absl::Span<float> samples);

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_WHITE_NOISE_H_
