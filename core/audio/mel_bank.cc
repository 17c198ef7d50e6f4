#include "core/audio/mel_bank.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/audio/frame_lanes.h"

namespace frazo::audio {
namespace {

double Mel(double hz) { return 1127.0 * std::log1p(hz / 700.0); }

}  // namespace

MelBank::MelBank(const Shape& shape) {
  const double low = Mel(shape.low_hz);
  const double width = (Mel(shape.high_hz) - low) / (shape.num_bands + 1);
  const double hz_step = shape.sample_rate / 2 / std::max<int64_t>(shape.num_frequencies - 1, 1);
  bands_.reserve(shape.num_bands);
  for (int64_t b = 0; b < shape.num_bands; ++b) {
    const double left = low + b * width;
    Band band;
    band.weights = weights_.size();
    for (int64_t k = 1; k < shape.num_frequencies; ++k) {
      const double mel = Mel(k * hz_step);
      const double weight = std::min(mel - left, left + 2 * width - mel) / width;
      if (weight <= 0) continue;
      if (band.count == 0) band.first = k;
      ++band.count;
      weights_.push_back(weight);
    }
    bands_.push_back(band);
  }
}

float MelBank::weight(int64_t band, int64_t frequency) const {
  const Band& found = bands_[band];
  const int64_t index = frequency - found.first;
  return index >= 0 && index < found.count ? weights_[found.weights + index] : 0;
}

int64_t MelBank::num_empty_bands() const {
  return std::count_if(bands_.begin(), bands_.end(),
                       [](const Band& band) { return band.count == 0; });
}

void MelBank::Apply(const float* spectrum, float* bands) const {
  for (const Band& band : bands_) {
    const float* const weights = weights_.data() + band.weights;
    const float* values = spectrum + band.first * kFrameLanes;
    float sums[kFrameLanes] = {};
    for (int64_t k = 0; k < band.count; ++k) {
      for (int64_t lane = 0; lane < kFrameLanes; ++lane) sums[lane] += weights[k] * *values++;
    }
    bands = std::copy(std::begin(sums), std::end(sums), bands);
  }
}

}  // namespace frazo::audio
