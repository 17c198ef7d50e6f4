#include "core/audio/testing/sound_file.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "core/audio/sound_encoder.h"

namespace frazo::audio {

std::string EncodeSound(const std::vector<float>& samples, int channels, int sample_rate,
                        int format) {
  absl::StatusOr<std::string> encoded = EncodeSound(samples, {channels, sample_rate, format});
  if (!encoded.ok()) {
    std::fprintf(stderr, "%s\n", encoded.status().ToString().c_str());
    std::abort();
  }
  return *std::move(encoded);
}

std::vector<float> Sine(double hz, int sample_rate, int count) {
  std::vector<float> samples(count);
  for (int i = 0; i < count; ++i) samples[i] = 0.5 * std::sin(2 * M_PI * hz * i / sample_rate);
  return samples;
}

}  // namespace frazo::audio
