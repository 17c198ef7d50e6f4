#include "core/audio/resampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/audio/testing/sound_file.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::audio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ResamplerTest, EqualRatesKeepEachSample) {
  std::vector<float> result = {7};
  ASSERT_TRUE(Resample({0.5f, -0.25f}, 16000, 16000, &result).ok());
  EXPECT_THAT(result, ElementsAre(7, 0.5, -0.25));
}

TEST(ResamplerTest, NoSamplesStayNone) {
  std::vector<float> result;
  ASSERT_TRUE(Resample({}, 8000, 16000, &result).ok());
  EXPECT_TRUE(result.empty());
}

// Far from the ends, where the filter sees silence beyond the sound.
TEST(ResamplerTest, ASineStaysThatSine) {
  for (const int from : {8000, 11025, 22050, 44100, 48000}) {
    std::vector<float> result;
    ASSERT_TRUE(Resample(Sine(440, from, from), from, 16000, &result).ok());
    ASSERT_EQ(result.size(), 16000);
    const std::vector<float> expected = Sine(440, 16000, 16000);
    for (size_t i = 2000; i < 14000; ++i) ASSERT_NEAR(result[i], expected[i], 1e-3) << from;
  }
}

TEST(ResamplerTest, TakesAwayWhatTheLowerRateCannotHold) {
  std::vector<float> result;
  ASSERT_TRUE(Resample(Sine(10000, 44100, 44100), 44100, 16000, &result).ok());
  for (size_t i = 2000; i < 14000; ++i) ASSERT_NEAR(result[i], 0, 1e-3);
}

TEST(ResamplerTest, TwiceTheSpeedIsHalfOfTheTimeAndTwiceThePitch) {
  std::vector<float> result = {7};
  ASSERT_TRUE(PerturbSpeed(Sine(440, 16000, 16000), 2, &result).ok());
  ASSERT_EQ(result.size(), 8001);
  const std::vector<float> expected = Sine(880, 16000, 8000);
  for (size_t i = 2000; i < 6000; ++i) ASSERT_NEAR(result[1 + i], expected[i], 1e-3);
}

TEST(ResamplerTest, ASpeedThatIsNoneIsRefused) {
  for (const double factor : {0.0, 0.09, 10.1, std::numeric_limits<double>::quiet_NaN()}) {
    std::vector<float> result;
    EXPECT_THAT(PerturbSpeed({0.5f}, factor, &result),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("expected a number from 0.1 to 10")));
    EXPECT_THAT(result, IsEmpty());
  }
}

TEST(ResamplerTest, APartOfASampleCountsAsOne) {
  std::vector<float> result;
  ASSERT_TRUE(Resample(std::vector<float>(100, 0.5f), 44100, 16000, &result).ok());
  EXPECT_EQ(result.size(), 37);  // 36.28
}

}  // namespace
}  // namespace frazo::audio
