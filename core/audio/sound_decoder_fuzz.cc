#include <sndfile.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/audio/sound_decoder.h"
#include "core/audio/testing/sound_file.h"
#include "core/testing/fuzz_target.h"

namespace frazo {

std::vector<std::string> FuzzSeeds() {
  const std::vector<float> sine = audio::Sine(440, 8000, 64);
  std::vector<std::string> seeds;
  for (const int format : {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_WAV | SF_FORMAT_FLOAT,
                           SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
                           SF_FORMAT_AU | SF_FORMAT_ULAW, SF_FORMAT_AIFF | SF_FORMAT_PCM_S8}) {
    seeds.push_back(audio::EncodeSound(sine, 2, 8000, format));
  }
  return seeds;
}

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<float> samples = {1};
  const frazo::audio::SoundTarget target = {16000, 2};
  if (!frazo::audio::DecodeSound(bytes, target, &samples).ok() && samples.size() != 1) std::abort();
  if (samples.size() > 1 + 2 * 16000) std::abort();
  for (const float sample : samples) {
    if (!std::isfinite(sample)) std::abort();
  }
  return 0;
}
