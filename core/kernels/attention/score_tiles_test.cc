#include "core/kernels/attention/score_tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace frazo::attention {
namespace {

const float kLog3 = std::log(3.0f);

TEST(ScoreTilesTest, ColumnsHavePowersOfTheKeysThatTheirQuerySees) {
  // All queries have the scores 5 + log(3), 5 and 100 of the keys 4, 5 and 6. Key 6 is no token.
  std::vector<float> scores(3 * kTileColumns);
  std::fill_n(scores.begin(), kTileColumns, 5 + kLog3);
  std::fill_n(scores.begin() + kTileColumns, kTileColumns, 5.0f);
  std::fill_n(scores.begin() + 2 * kTileColumns, kTileColumns, 100.0f);
  // Query 0 sees nothing, query 1 sees key 5, the others see keys 4 and 5.
  std::vector<KeyRange> ranges(kTileColumns, KeyRange{4, 6});
  ranges[0] = {0, 0};
  ranges[1] = {5, 6};
  const bool mask[] = {true, true, true, true, true, true, false};
  ColumnTotals totals;
  RaiseColumns({scores.data(), 4, 3, ranges.data(), mask}, &totals);
  for (int64_t query = 0; query < kTileColumns; ++query) {
    const float first = query < 2 ? 0 : 1, second = query == 0 ? 0 : query == 1 ? 1 : 1.0f / 3;
    EXPECT_NEAR(scores[query], first, 1e-6) << query;
    EXPECT_NEAR(scores[kTileColumns + query], second, 1e-6) << query;
    EXPECT_EQ(scores[2 * kTileColumns + query], 0) << query;
    const float total = first + second;
    EXPECT_NEAR(totals.shares[query], query == 0 ? 0 : 1 / total, 1e-6) << query;
    const float largest = query == 1 ? 5 : 5 + kLog3;
    EXPECT_NEAR(totals.log_totals[query], query == 0 ? 0 : largest + std::log(total), 1e-5);
  }
}

TEST(ScoreTilesTest, AScoreThatIsNotFiniteMakesItsColumnNaN) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float bad : {infinity, -infinity, std::nanf("")}) {
    std::vector<float> scores(2 * kTileColumns, 1.0f);
    scores[3] = bad;
    scores[4] = bad;
    std::vector<KeyRange> ranges(kTileColumns, KeyRange{0, 2});
    ranges[4] = {1, 2};
    const bool mask[] = {true, true};
    ColumnTotals totals;
    RaiseColumns({scores.data(), 0, 2, ranges.data(), mask}, &totals);
    for (int64_t query = 0; query < kTileColumns; ++query) {
      EXPECT_EQ(std::isnan(totals.log_totals[query]), query == 3) << bad << ' ' << query;
    }
  }
}

TEST(ScoreTilesTest, RowsHaveProbabilitiesAndTheirSlopes) {
  // Two queries with the logarithm log(4): the score log(3) of even keys has the probability 3/4,
  // the score 0 of odd ones 1/4.
  std::vector<float> scores, slopes(2 * kTileColumns, 5);
  for (int64_t i = 0; i < 2 * kTileColumns; ++i) scores.push_back(i % 2 == 0 ? kLog3 : 0);
  const KeyRange ranges[] = {{0, 200}, {102, 105}};
  const float log_totals[] = {std::log(4.0f), std::log(4.0f)}, mean_slopes[] = {1, 3};
  std::vector<int32_t> tokens(kTileColumns, 1);
  std::vector<float> hidden_scores = scores, hidden_slopes = slopes;
  SlopeRows({scores.data(), slopes.data(), 2, ranges, log_totals, mean_slopes, 100, tokens.data()});
  tokens[3] = 0;
  SlopeRows({hidden_scores.data(), hidden_slopes.data(), 2, ranges, log_totals, mean_slopes, 100,
             tokens.data()});
  for (int64_t i = 0; i < 2 * kTileColumns; ++i) {
    const int64_t query = i / kTileColumns, key = i % kTileColumns;
    const bool is_seen = query == 0 || (key >= 2 && key < 5);
    const float probability = !is_seen ? 0 : key % 2 == 0 ? 0.75 : 0.25;
    EXPECT_NEAR(scores[i], probability, 1e-6) << i;
    EXPECT_NEAR(slopes[i], probability * (query == 0 ? 4 : 2), 1e-5) << i;
    EXPECT_NEAR(hidden_scores[i], key == 3 ? 0 : probability, 1e-6) << i;
    EXPECT_NEAR(hidden_slopes[i], key == 3 ? 0 : probability * (query == 0 ? 4 : 2), 1e-5) << i;
  }
}

}  // namespace
}  // namespace frazo::attention
