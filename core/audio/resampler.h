#ifndef FRAZO_CORE_AUDIO_RESAMPLER_H_
#define FRAZO_CORE_AUDIO_RESAMPLER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace frazo::audio {

// Appends the samples at another rate: ceil(count * to_rate / from_rate) of them, without
// frequencies above half of the lower rate. Equal rates: the samples themselves. Rates are > 0.
// Thread-safe. Error: kInternal if soxr fails.
absl::Status Resample(absl::Span<const float> samples, double from_rate, double to_rate,
                      std::vector<float>* resampled);

// Nothing is heard of a voice that is played slower or faster.
inline constexpr double kLeastSpeed = 0.1;
inline constexpr double kMostSpeed = 10;

// Appends the samples as they are when played at `factor` times their speed, with tempo and pitch
// together: ceil(count / factor) of them. Thread-safe. Errors: kInvalidArgument unless kLeastSpeed
// <= factor <= kMostSpeed; kInternal if soxr fails.
absl::Status PerturbSpeed(absl::Span<const float> samples, double factor,
                          std::vector<float>* perturbed);

}  // namespace frazo::audio

#endif  // FRAZO_CORE_AUDIO_RESAMPLER_H_
