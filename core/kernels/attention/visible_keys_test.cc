#include "core/kernels/attention/visible_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/testing/test_variation.h"

namespace frazo::attention {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// Masks and windows of one row. A vector<bool> has no array of bools.
struct Row {
  std::string mask;  // 't' for a token.
  std::vector<int32_t> segments;
  int64_t before = -1;
  int64_t after = -1;
};

absl::Status Find(const Row& row, std::vector<std::pair<int, int>>* found) {
  const int64_t time = row.mask.size();
  std::vector<char> is_token(time);
  for (int64_t i = 0; i < time; ++i) is_token[i] = row.mask[i] == 't';
  const VisibleKeys visible = {reinterpret_cast<const bool*>(is_token.data()), time,
                               row.segments.empty() ? nullptr : row.segments.data(), row.before,
                               row.after};
  std::vector<KeyRange> ranges(time);
  const absl::Status status = visible.FindRanges(ranges.data());
  for (const KeyRange& range : ranges) found->emplace_back(range.begin, range.end);
  return status;
}

std::vector<std::pair<int, int>> Ranges(const Row& row) {
  std::vector<std::pair<int, int>> found;
  EXPECT_TRUE(Find(row, &found).ok());
  return found;
}

TEST(VisibleKeysTest, AllTokensAreSeen) {
  EXPECT_THAT(Ranges({"ttt.", {}}), ElementsAre(Pair(0, 3), Pair(0, 3), Pair(0, 3), Pair(0, 3)));
}

TEST(VisibleKeysTest, CausalRangesEndAfterTheQuery) {
  EXPECT_THAT(Ranges({"ttt", {}, -1, 0}), ElementsAre(Pair(0, 1), Pair(0, 2), Pair(0, 3)));
}

TEST(VisibleKeysTest, AWindowHasBothBounds) {
  EXPECT_THAT(Ranges({"tttt", {}, 1, 2}),
              ElementsAre(Pair(0, 3), Pair(0, 4), Pair(1, 4), Pair(2, 4)));
}

TEST(VisibleKeysTest, AWindowMayBeWiderThanAnySequence) {
  const int64_t huge = int64_t{1} << 62;
  EXPECT_THAT(Ranges({"tt", {}, huge, huge}), ElementsAre(Pair(0, 2), Pair(0, 2)));
}

TEST(VisibleKeysTest, RangesBeginAndEndWithTokens) {
  EXPECT_THAT(Ranges({".t.t.", {}, 1, 1}),
              ElementsAre(Pair(1, 2), Pair(1, 2), Pair(1, 4), Pair(3, 4), Pair(3, 4)));
  // The keys 1 and 2 of the window are no tokens.
  EXPECT_THAT(Ranges({"t..", {}, 1, 0}), ElementsAre(Pair(0, 1), Pair(0, 1), Pair(0, 0)));
}

TEST(VisibleKeysTest, SegmentsSeeThemselves) {
  EXPECT_THAT(Ranges({"ttttt.", {7, 7, 3, 3, 3, 0}}),
              ElementsAre(Pair(0, 2), Pair(0, 2), Pair(2, 5), Pair(2, 5), Pair(2, 5), Pair(0, 0)));
  EXPECT_THAT(Ranges({"ttttt", {1, 1, 2, 2, 2}, -1, 0}),
              ElementsAre(Pair(0, 1), Pair(0, 2), Pair(2, 3), Pair(2, 4), Pair(2, 5)));
}

TEST(VisibleKeysTest, ASegmentInTwoPartsIsAnError) {
  std::vector<std::pair<int, int>> found;
  const absl::Status status = Find({"tttt", {5, 5, 6, 5}}, &found);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(),
              HasSubstr("segment 5 do not lie side by side: it ends before key 2 and goes on at"));
}

TEST(VisibleKeysTest, HasTheFirstAndTheLastVisibleKey) {
  std::mt19937 generator(TestSeed(3));
  const auto draw = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(generator);
  };
  for (int64_t example = 0; example < TestExamples(200); ++example) {
    const int time = draw(1, 20);
    Row row = {"", {}, draw(-1, 6), draw(-1, 6)};
    int segment = 1;
    for (int i = 0; i < time; ++i) {
      segment += draw(0, 3) == 0;
      row.segments.push_back(segment);
      row.mask += draw(0, 2) == 0 ? '.' : 't';
    }
    const auto ranges = Ranges(row);
    for (int query = 0; query < time; ++query) {
      int begin = 0, end = 0;
      for (int key = 0; key < time; ++key) {
        const bool is_seen = row.mask[key] == 't' && row.segments[key] == row.segments[query] &&
                             (row.before < 0 || query - key <= row.before) &&
                             (row.after < 0 || key - query <= row.after);
        if (!is_seen) continue;
        if (end == 0) begin = key;
        end = key + 1;
      }
      EXPECT_THAT(ranges[query], Pair(begin, end)) << example << ' ' << query;
    }
  }
}

}  // namespace
}  // namespace frazo::attention
