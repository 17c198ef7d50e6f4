#include "core/audio/white_noise.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/numeric/normal.h"

namespace frazo::audio {

float NoiseDeviation(absl::Span<const float> samples, double snr_db) {
  if (samples.empty()) return 0;
  // The square of a float is exact, so a sum in order is the same on every machine.
  double squares = 0;
  for (const double sample : samples) squares += sample * sample;
  return static_cast<float>(std::sqrt(squares / samples.size()) * std::pow(10, -snr_db / 20));
}

void AddWhiteNoise(float deviation, numeric::Random* random, absl::Span<float> samples) {
  if (deviation == 0) return;
  for (float& sample : samples) {
    const auto noise = static_cast<float>(deviation * numeric::Normal(random));
    sample += noise;
  }
}

absl::Status AddNoise(double snr_db, numeric::Random* random, absl::Span<float> samples) {
  if (!(snr_db >= -kMostDecibels && snr_db <= kMostDecibels)) {
    return absl::InvalidArgumentError(absl::StrCat("snr_db ", snr_db, "; expected a number from ",
                                                   -kMostDecibels, " to ", kMostDecibels));
  }
  AddWhiteNoise(NoiseDeviation(samples, snr_db), random, samples);
  return absl::OkStatus();
}

}  // namespace frazo::audio
