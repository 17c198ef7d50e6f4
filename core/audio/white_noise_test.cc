#include "core/audio/white_noise.h"

#include <cmath>
#include <limits>
#include <vector>

#include "core/audio/testing/sound_file.h"
#include "core/numeric/normal.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::audio {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

TEST(WhiteNoiseTest, TheDeviationFollowsFromTheRatio) {
  // The mean of 0.09, 0.16, 0 and 0 is 1 / 16, and its root 1 / 4.
  const std::vector<float> samples = {0.3, -0.4, 0, 0};
  EXPECT_FLOAT_EQ(NoiseDeviation(samples, 0), 0.25);
  EXPECT_FLOAT_EQ(NoiseDeviation(samples, 20), 0.025);
  EXPECT_FLOAT_EQ(NoiseDeviation(samples, -20), 2.5);
  // A sine of amplitude 1/2 has a mean square of 1/8; a tenth of its power is 1/80.
  EXPECT_NEAR(NoiseDeviation(Sine(1000, 16000, 16000), 10), std::sqrt(1.0 / 80), 1e-6);
}

TEST(WhiteNoiseTest, SilenceGetsNoNoise) {
  EXPECT_EQ(NoiseDeviation({0, 0, 0}, 10), 0);
  EXPECT_EQ(NoiseDeviation({}, 10), 0);
  std::vector<float> samples(3, 0.5);
  numeric::Random random({1});
  AddWhiteNoise(0, &random, absl::MakeSpan(samples));
  EXPECT_THAT(samples, Each(0.5f));
  EXPECT_EQ(random.Next(), numeric::Random({1}).Next());
}

TEST(WhiteNoiseTest, EachSampleGetsItsOwnNormalNumber) {
  std::vector<float> samples = {0.5, 0.5, -1};
  const std::vector<float> before = samples;
  numeric::Random random({1});
  AddWhiteNoise(0.25, &random, absl::MakeSpan(samples));
  numeric::Random again({1});
  for (size_t i = 0; i < samples.size(); ++i) {
    EXPECT_FLOAT_EQ(samples[i], before[i] + 0.25 * numeric::Normal(&again));
  }
}

TEST(WhiteNoiseTest, NoiseHasTheRatioToItsSound) {
  std::vector<float> samples = {0.3, -0.4, 0, 0};
  const std::vector<float> before = samples;
  numeric::Random random({1});
  ASSERT_TRUE(AddNoise(20, &random, absl::MakeSpan(samples)).ok());
  numeric::Random again({1});
  for (size_t i = 0; i < samples.size(); ++i) {
    EXPECT_FLOAT_EQ(samples[i], before[i] + 0.025 * numeric::Normal(&again));
  }
}

TEST(WhiteNoiseTest, ARatioThatIsNoneIsRefused) {
  for (const double snr_db : {-101.0, 101.0, std::numeric_limits<double>::quiet_NaN()}) {
    std::vector<float> samples = {0.5};
    numeric::Random random({1});
    EXPECT_THAT(AddNoise(snr_db, &random, absl::MakeSpan(samples)),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("expected a number from -100 to 100")));
    EXPECT_THAT(samples, Each(0.5f));
  }
}

}  // namespace
}  // namespace frazo::audio
