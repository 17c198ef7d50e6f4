#include "core/audio/spectrum_masks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace frazo::audio {
namespace {

// Positions [begin, begin + width).
struct Mask {
  int64_t begin;
  int64_t width;
};

// Draws a width up to `most`, then one of the places among `size` positions where it fits.
Mask DrawMask(int64_t size, int64_t most, numeric::Random* random) {
  const auto width = static_cast<int64_t>(random->Below(most + 1));
  const auto begin = static_cast<int64_t>(random->Below(size - width + 1));
  return {begin, width};
}

}  // namespace

absl::Status CheckSpecAugment(std::string_view path, const SpecAugment& config) {
  const auto refuse = [&](std::string_view field, float value, std::string_view rule) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ".", field, ": ", value, "; expected ", rule));
  };
  if (config.frequency_masks() < 0) {
    return refuse("frequency_masks", config.frequency_masks(), "at least 0");
  }
  if (config.time_masks() < 0) return refuse("time_masks", config.time_masks(), "at least 0");
  if (config.most_bands() < 1) return refuse("most_bands", config.most_bands(), "at least 1");
  if (config.most_frames() < 1) return refuse("most_frames", config.most_frames(), "at least 1");
  if (!(config.most_of_utterance() > 0 && config.most_of_utterance() <= 1)) {
    return refuse("most_of_utterance", config.most_of_utterance(), "a number above 0, at most 1");
  }
  return absl::OkStatus();
}

void MaskSpectrum(const SpecAugment& config, int64_t frame_size, numeric::Random* random,
                  absl::Span<float> features) {
  const int64_t frames = features.size() / frame_size;
  const int64_t most_bands = std::min<int64_t>(config.most_bands(), frame_size);
  for (int i = 0; i < config.frequency_masks(); ++i) {
    const Mask mask = DrawMask(frame_size, most_bands, random);
    for (int64_t frame = 0; frame < frames; ++frame) {
      std::fill_n(features.data() + frame * frame_size + mask.begin, mask.width, 0.0f);
    }
  }
  const auto share = static_cast<int64_t>(frames * config.most_of_utterance());
  const int64_t most_frames = std::min<int64_t>(config.most_frames(), share);
  for (int i = 0; i < config.time_masks(); ++i) {
    const Mask mask = DrawMask(frames, most_frames, random);
    std::fill_n(features.data() + mask.begin * frame_size, mask.width * frame_size, 0.0f);
  }
}

}  // namespace frazo::audio
