#include "core/numeric/random.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::numeric {
namespace {

using ::testing::ElementsAre;

// These numbers decide the order of records, so they decide whether a run can continue exactly from
// a checkpoint of an earlier release. They must never change. They come from a second
// implementation, in Python.
TEST(RandomTest, NumbersAreFixedForEver) {
  Random random({301, 0});
  EXPECT_EQ(random.Next(), 0xdd4711e9225daa8bu);
  EXPECT_EQ(random.Next(), 0x1580e69687ee2425u);
  std::vector<int> order = {0, 1, 2, 3, 4, 5, 6, 7};
  Permute(Random({301, 0}), order);
  EXPECT_THAT(order, ElementsAre(7, 2, 1, 3, 5, 4, 0, 6));
}

TEST(RandomTest, EveryPartOfTheKeyAndItsPlaceCount) {
  const std::vector<uint64_t> firsts = {
      Random({}).Next(),     Random({0}).Next(),    Random({0, 0}).Next(), Random({1}).Next(),
      Random({1, 0}).Next(), Random({0, 1}).Next(), Random({1, 1}).Next()};
  for (size_t i = 0; i < firsts.size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_NE(firsts[i], firsts[j]) << i << " " << j;
  }
}

TEST(RandomTest, BelowIsUniformAlsoForBoundsThatDoNotDivide) {
  Random random({7});
  // Each value is expected 10,000 times with a standard deviation below 100.
  std::vector<int> counts(3, 0);
  for (int i = 0; i < 30000; ++i) ++counts[random.Below(3)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
  // 3 * 2^62 values: taking 2^64 numbers modulo or in proportion would give the lowest third of
  // each four twice as often.
  int low = 0;
  constexpr uint64_t kBound = uint64_t{3} << 62;
  for (int i = 0; i < 30000; ++i) low += random.Below(kBound) % 3 == 0;
  EXPECT_NEAR(low, 10000, 500);
  EXPECT_EQ(random.Below(1), 0);
}

TEST(RandomTest, FractionIsUniformInItsRange) {
  Random random({8});
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double fraction = random.Fraction();
    ASSERT_GE(fraction, 0);
    ASSERT_LT(fraction, 1);
    sum += fraction;
  }
  // The mean's standard deviation is 0.0029.
  EXPECT_NEAR(sum / 10000, 0.5, 0.015);
}

TEST(RandomTest, EveryOrderIsEquallyLikely) {
  std::map<std::vector<int>, int> counts;
  for (uint64_t seed = 0; seed < 2400; ++seed) {
    std::vector<int> order = {0, 1, 2, 3};
    Permute(Random({seed}), order);
    ++counts[order];
  }
  ASSERT_EQ(counts.size(), 24);
  double chi_square = 0;
  for (const auto& [order, count] : counts) chi_square += std::pow(count - 100, 2) / 100;
  // 23 degrees of freedom: 64 is exceeded once in 100,000 times.
  EXPECT_LT(chi_square, 64);
}

}  // namespace
}  // namespace frazo::numeric
