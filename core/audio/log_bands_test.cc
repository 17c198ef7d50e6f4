#include "core/audio/log_bands.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::audio {
namespace {

using ::testing::Each;

TEST(LogBandsTest, IsTheLogarithmOfTheLibrary) {
  std::vector<float> values;
  for (float value = 1e-30f; value < 1e30f; value *= 1.37f) values.push_back(value);
  std::vector<float> logs = values;
  LogFromFloor(1e-20f, absl::MakeSpan(logs));
  for (size_t i = 0; i < values.size(); ++i) {
    const double expected = std::log(std::max(1e-20, static_cast<double>(values[i])));
    EXPECT_NEAR(logs[i], expected, 2.4e-7 * std::abs(expected) + 1e-9) << values[i];
  }
}

TEST(LogBandsTest, TheLogarithmOfOneIsZero) {
  std::vector<float> values(19, 1.0f);
  LogFromFloor(0.5f, absl::MakeSpan(values));
  EXPECT_THAT(values, Each(0));
}

TEST(LogBandsTest, AValueDoesNotDependOnItsPlace) {
  std::vector<float> logs(35, 123.456f);
  LogFromFloor(1, absl::MakeSpan(logs));
  EXPECT_THAT(logs, Each(logs[0]));
}

TEST(LogBandsTest, EverySumThatIsLessCountsAsTheFloor) {
  std::vector<float> values = {0, -1, -std::numeric_limits<float>::infinity()};
  std::vector<float> floors(3, 2.5f);
  LogFromFloor(2.5f, absl::MakeSpan(values));
  LogFromFloor(2.5f, absl::MakeSpan(floors));
  EXPECT_EQ(values, floors);
}

}  // namespace
}  // namespace frazo::audio
