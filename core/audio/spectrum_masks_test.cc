#include "core/audio/spectrum_masks.h"

#include <cstdint>
#include <vector>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::audio {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;

constexpr int64_t kFrames = 50;
constexpr int64_t kBands = 12;

// Frames of ones after MaskSpectrum().
std::vector<float> Masked(const SpecAugment& config, uint64_t seed) {
  std::vector<float> features(kFrames * kBands, 1.0f);
  numeric::Random random({seed});
  MaskSpectrum(config, kBands, &random, absl::MakeSpan(features));
  return features;
}

// The runs of zeros among `count` values that lie `stride` apart.
std::vector<int64_t> Runs(const float* values, int64_t count, int64_t stride) {
  std::vector<int64_t> runs;
  bool inside = false;
  for (int64_t i = 0; i < count; ++i) {
    const bool hidden = values[i * stride] == 0;
    if (hidden && !inside) runs.push_back(0);
    if (hidden) ++runs.back();
    inside = hidden;
  }
  return runs;
}

SpecAugment Config(int frequency_masks, int time_masks) {
  SpecAugment config;
  config.set_frequency_masks(frequency_masks);
  config.set_most_bands(3);
  config.set_time_masks(time_masks);
  config.set_most_frames(7);
  config.set_most_of_utterance(0.5);
  return config;
}

TEST(SpectrumMasksTest, AFrequencyMaskHidesTheSameBandsOfAllFrames) {
  std::vector<int> widths(5);
  for (uint64_t seed = 0; seed < 400; ++seed) {
    const std::vector<float> features = Masked(Config(1, 0), seed);
    const std::vector<int64_t> runs = Runs(features.data(), kBands, 1);
    ASSERT_LE(runs.size(), 1);
    ++widths[runs.empty() ? 0 : runs[0]];
    for (int64_t frame = 1; frame < kFrames; ++frame) {
      for (int64_t band = 0; band < kBands; ++band) {
        ASSERT_EQ(features[frame * kBands + band], features[band]);
      }
    }
  }
  // Four widths from 0 to 3, each as likely: the standard deviation is below 9.
  for (int width = 0; width < 4; ++width) EXPECT_NEAR(widths[width], 100, 45) << width;
  EXPECT_EQ(widths[4], 0);
}

TEST(SpectrumMasksTest, ATimeMaskHidesWholeFrames) {
  std::vector<int> hidden(kFrames);
  for (uint64_t seed = 0; seed < 400; ++seed) {
    const std::vector<float> features = Masked(Config(0, 1), seed);
    for (const int64_t run : Runs(features.data(), kFrames, kBands)) EXPECT_LE(run, 7);
    for (int64_t frame = 0; frame < kFrames; ++frame) {
      hidden[frame] += features[frame * kBands] == 0;
      ASSERT_EQ(features[frame * kBands], features[frame * kBands + kBands - 1]);
    }
  }
  // No place is spared.
  for (int64_t frame = 0; frame < kFrames; ++frame) EXPECT_GT(hidden[frame], 0) << frame;
}

TEST(SpectrumMasksTest, AMaskHidesAtMostTheShareOfTheUtterance) {
  SpecAugment config = Config(0, 1);
  config.set_most_frames(1000);
  config.set_most_of_utterance(0.1);
  for (uint64_t seed = 0; seed < 100; ++seed) {
    for (const int64_t run : Runs(Masked(config, seed).data(), kFrames, kBands)) {
      EXPECT_LE(run, 5);
    }
  }
}

TEST(SpectrumMasksTest, MasksWiderThanAFrameHideAtMostAllOfIt) {
  SpecAugment config = Config(20, 0);
  config.set_most_bands(1000);
  EXPECT_THAT(Masked(config, 1), Each(0));
}

TEST(SpectrumMasksTest, WithoutMasksOrFramesNothingChanges) {
  EXPECT_THAT(Masked(Config(0, 0), 1), Each(1));
  std::vector<float> none;
  numeric::Random random({1});
  MaskSpectrum(SpecAugment(), 80, &random, absl::MakeSpan(none));
  EXPECT_THAT(none, IsEmpty());
}

TEST(SpectrumMasksTest, AFieldOutOfItsRangeIsNamed) {
  EXPECT_TRUE(CheckSpecAugment("config", {}).ok());
  SpecAugment config;
  config.set_most_frames(0);
  EXPECT_THAT(
      CheckSpecAugment("config", config),
      StatusIs(absl::StatusCode::kInvalidArgument, "config.most_frames: 0; expected at least 1"));
}

}  // namespace
}  // namespace frazo::audio
