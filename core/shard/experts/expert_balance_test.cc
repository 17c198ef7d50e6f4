#include "core/shard/experts/expert_balance.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::shard {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(BalanceLossTest, OfThreeTokens) {
  // Two experts; two tokens choose the first one first, one the second; the third is padding.
  const std::vector<int32_t> experts = {0, 1, 1, 0, -1, -1, 0, 1};
  const std::vector<float> probabilities = {0.75, 0.25, 0.25, 0.75, 0, 0, 0.5, 0.5};
  std::vector<float> slopes(2);
  BalanceSlopes({experts.data(), 4, 2, 2}, slopes.data());
  // E f = 2 * 2/3 and 2 * 1/3.
  EXPECT_THAT(slopes,
              ElementsAre(testing::FloatNear(1.333333, 1e-6), testing::FloatNear(0.666667, 1e-6)));
  // n E sum f P = 3 * 2 * (2/3 * 1.5/3 + 1/3 * 1.5/3).
  EXPECT_NEAR(BalanceLoss({experts.data(), 4, 2, 2}, probabilities.data(), slopes.data()), 3, 1e-6);
}

TEST(BalanceLossTest, OfPaddingAlone) {
  const std::vector<int32_t> experts = {-1, -1};
  const std::vector<float> probabilities = {0, 0, 0};
  std::vector<float> slopes(3, 7);
  BalanceSlopes({experts.data(), 1, 2, 3}, slopes.data());
  EXPECT_THAT(slopes, Each(0));
  EXPECT_EQ(BalanceLoss({experts.data(), 1, 2, 3}, probabilities.data(), slopes.data()), 0);
}

}  // namespace
}  // namespace frazo::shard
