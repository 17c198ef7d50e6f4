#include "core/detection/score/heaviest_matching.h"

#include <algorithm>

#include "core/numeric/random.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection::score {
namespace {

using ::testing::ElementsAre;

TEST(HeaviestMatchingTest, ASmallerPairMayLeaveMoreInAll) {
  // The heaviest pair alone has 0.9; both others together 1.5.
  EXPECT_THAT(HeaviestMatching(2, 2, {{0, 0, 0.9}, {0, 1, 0.8}, {1, 0, 0.7}}), ElementsAre(1, 0));
  EXPECT_THAT(HeaviestMatching(2, 2, {{0, 0, 0.9}, {0, 1, 0.1}, {1, 0, 0.7}}), ElementsAre(0, -1));
}

TEST(HeaviestMatchingTest, RowsAndColumnsWithoutAPairStayAlone) {
  EXPECT_THAT(HeaviestMatching(3, 2, {{1, 1, 0.5}}), ElementsAre(-1, 1, -1));
  EXPECT_THAT(HeaviestMatching(3, 1, {{0, 0, 0.5}, {1, 0, 0.7}, {2, 0, 0.6}}),
              ElementsAre(-1, 0, -1));
  EXPECT_THAT(HeaviestMatching(2, 0, {}), ElementsAre(-1, -1));
  EXPECT_THAT(HeaviestMatching(0, 2, {}), ElementsAre());
}

// Tries all matchings.
double BestSum(int32_t row, int32_t rows, std::vector<WeightedPair> pairs) {
  if (row == rows) return 0;
  double best = BestSum(row + 1, rows, pairs);
  for (const WeightedPair& pair : pairs) {
    if (pair.row != row) continue;
    std::vector<WeightedPair> left;
    for (const WeightedPair& other : pairs) {
      if (other.column != pair.column) left.push_back(other);
    }
    best = std::max(best, pair.weight + BestSum(row + 1, rows, left));
  }
  return best;
}

TEST(HeaviestMatchingTest, TheSumIsTheLargestOfAll) {
  numeric::Random random({TestSeed(3)});
  for (int64_t example = 0; example < TestExamples(2000); ++example) {
    const int32_t rows = random.Below(6);
    const int32_t columns = random.Below(6);
    std::vector<WeightedPair> pairs;
    for (int32_t row = 0; row < rows; ++row) {
      for (int32_t column = 0; column < columns; ++column) {
        // Few weights make ties.
        if (random.Fraction() < 0.5) pairs.push_back({row, column, 0.1 * (1 + random.Below(9))});
      }
    }
    numeric::Permute(random, pairs);
    const std::vector<int32_t> column_of = HeaviestMatching(rows, columns, pairs);
    ASSERT_EQ(column_of.size(), rows);
    double sum = 0;
    for (int32_t row = 0; row < rows; ++row) {
      if (column_of[row] < 0) continue;
      ASSERT_EQ(std::count(column_of.begin(), column_of.end(), column_of[row]), 1);
      const auto pair = std::find_if(pairs.begin(), pairs.end(), [&](const WeightedPair& p) {
        return p.row == row && p.column == column_of[row];
      });
      ASSERT_NE(pair, pairs.end());
      sum += pair->weight;
    }
    ASSERT_NEAR(sum, BestSum(0, rows, pairs), 1e-9);
  }
}

}  // namespace
}  // namespace frazo::detection::score
