#include "core/kernels/norm/sum_of_squares.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "core/testing/test_variation.h"
#include "gtest/gtest.h"

namespace frazo::norm {
namespace {

TEST(SumOfSquaresTest, ByHand) {
  const std::vector<float> values = {3, -4, 12};
  EXPECT_EQ(SumOfSquares(values.data(), 3), 169);
  EXPECT_EQ(SumOfSquares(values.data(), 0), 0);
}

TEST(SumOfSquaresTest, IsThatOfDoublesForAnyCount) {
  std::mt19937 generator(TestSeed(3));
  std::normal_distribution<float> normal;
  for (const int64_t count : {int64_t{1}, int64_t{63}, int64_t{65}, kSquaresBlock}) {
    std::vector<float> values(count);
    double expected = 0;
    for (float& value : values) {
      value = normal(generator);
      expected += static_cast<double>(value) * value;
    }
    EXPECT_NEAR(SumOfSquares(values.data(), count), expected, 3e-6 * expected);
  }
}

TEST(SumOfSquaresTest, ShowsWhatIsNotFiniteOrTooLarge) {
  for (const int64_t place : {0, 69}) {
    std::vector<float> values(70, 1.0f);
    values[place] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isnan(SumOfSquares(values.data(), 70)));
    values[place] = -std::numeric_limits<float>::infinity();
    EXPECT_TRUE(std::isinf(SumOfSquares(values.data(), 70)));
    values[place] = 2e19f;
    EXPECT_TRUE(std::isinf(SumOfSquares(values.data(), 70)));
  }
}

}  // namespace
}  // namespace frazo::norm
