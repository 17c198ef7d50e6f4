#include "core/numeric/normal.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace frazo::numeric {
namespace {

// They decide the examples of a run that goes on from a checkpoint of an earlier release. They come
// from a second implementation, in Python, which takes the logarithm for every pair.
TEST(NormalTest, NumbersAreFixedForEver) {
  Random random({301, 0});
  EXPECT_EQ(Normal(&random), 0x1.6ab17a969e7b0p-3);
  EXPECT_EQ(Normal(&random), 0x1.6870927421646p-1);
  EXPECT_EQ(Normal(&random), 0x1.d2f0f13433268p-2);
  EXPECT_EQ(Normal(&random), 0x1.8b2b4b8497da2p-3);
  // The ellipses decide as the logarithm does.
  Random other({302, 0});
  for (int i = 0; i < 999; ++i) Normal(&other);
  EXPECT_EQ(Normal(&other), -0x1.4d861ab973ba7p+0);
}

TEST(NormalTest, TheDistributionIsTheNormalOne) {
  constexpr int kCount = 200000;
  Random random({5});
  std::vector<double> powers(5, 0.0);
  // Shares of numbers below -3, -2.5 ... 3.
  std::vector<int> below(13, 0);
  for (int i = 0; i < kCount; ++i) {
    const double number = Normal(&random);
    for (int power = 1; power <= 4; ++power) powers[power] += std::pow(number, power) / kCount;
    for (int bound = 0; bound < 13; ++bound) below[bound] += number < bound / 2.0 - 3;
  }
  // Five times the standard deviations 1, sqrt(2), sqrt(15), sqrt(96) over sqrt(kCount).
  EXPECT_NEAR(powers[1], 0, 0.012);
  EXPECT_NEAR(powers[2], 1, 0.016);
  EXPECT_NEAR(powers[3], 0, 0.044);
  EXPECT_NEAR(powers[4], 3, 0.11);
  for (int bound = 0; bound < 13; ++bound) {
    const double expected = 0.5 * std::erfc(-(bound / 2.0 - 3) / std::sqrt(2.0));
    EXPECT_NEAR(static_cast<double>(below[bound]) / kCount, expected, 0.0056) << bound;
  }
}

}  // namespace
}  // namespace frazo::numeric
