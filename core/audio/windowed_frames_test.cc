#include "core/audio/windowed_frames.h"

#include <cstdint>
#include <vector>

#include "core/audio/frame_lanes.h"
#include "core/numeric/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::audio {
namespace {

using ::testing::ElementsAre;

std::vector<float> Noise(int64_t count) {
  numeric::Random random({7});
  std::vector<float> values(count);
  for (float& value : values) value = random.Fraction() - 0.5;
  return values;
}

std::vector<float> Emphasized(absl::Span<const float> samples) {
  std::vector<float> emphasized(samples.size() - 1);
  Emphasize(samples, 32768, 0.97, emphasized.data());
  return emphasized;
}

TEST(WindowedFramesTest, EmphasisByHand) {
  std::vector<float> emphasized(2);
  Emphasize({1, 2, 4}, 10, 0.5, emphasized.data());
  EXPECT_THAT(emphasized, ElementsAre(15, 30));
  Emphasize({1}, 10, 0.5, nullptr);
  Emphasize({}, 10, 0.5, nullptr);
}

TEST(WindowedFramesTest, AnEmphasizedSampleDoesNotDependOnItsPlace) {
  const std::vector<float> noise = Noise(101);
  const std::vector<float> all = Emphasized(noise);
  for (size_t n = 0; n < all.size(); ++n) {
    EXPECT_EQ(Emphasized(absl::MakeSpan(noise).subspan(n, 2))[0], all[n]) << n;
  }
}

TEST(WindowedFramesTest, AFrameIsALane) {
  for (const int64_t size : {1, 15, 16, 37}) {
    const std::vector<float> signal = Noise(3 * kFrameLanes + size);
    const std::vector<float> window = Noise(size);
    std::vector<float> frames(size * kFrameLanes);
    WriteWindowedFrames(signal.data(), 3, window, frames.data());
    for (int64_t n = 0; n < size; ++n) {
      for (int64_t lane = 0; lane < kFrameLanes; ++lane) {
        EXPECT_EQ(frames[n * kFrameLanes + lane], window[n] * signal[lane * 3 + n])
            << size << " " << n << " " << lane;
      }
    }
  }
}

}  // namespace
}  // namespace frazo::audio
