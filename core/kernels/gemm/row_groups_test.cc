#include "core/kernels/gemm/row_groups.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RowGroupsTest, ListsTheRowsOfAGroupAndThoseOfNone) {
  // The first group has the rows 4, 5 and 0; the second has row 2.
  const std::vector<int32_t> segments = {4, 2, 0, 1, 2, 1, 6, 0};
  const RowGroups groups = {segments.data(), 2, 2};
  EXPECT_THAT(groups.Rows(0), ElementsAre(4, 5, 0));
  EXPECT_THAT(groups.Rows(1), ElementsAre(2));
  EXPECT_EQ(groups.FilledCount(), 2);
  EXPECT_THAT(groups.OtherRows(7), ElementsAre(1, 3, 6));
  EXPECT_TRUE(groups.AreWithin(6));
  EXPECT_FALSE(groups.AreWithin(5));
}

TEST(RowGroupsTest, CountsGroupsWithRows) {
  // Only the second group has rows, in its second part.
  const std::vector<int32_t> segments = {1, 0, 0, 0, 2, 0, 2, 1, 0, 0, 5, 0};
  EXPECT_EQ((RowGroups{segments.data(), 3, 2}.FilledCount()), 1);
}

TEST(RowGroupsTest, RefusesRowsOfTwoParts) {
  const std::vector<int32_t> twice = {0, 2, 1, 1};
  EXPECT_FALSE((RowGroups{twice.data(), 2, 1}.AreWithin(3)));
  const std::vector<int32_t> negative = {-1, 2, 1, 1};
  EXPECT_FALSE((RowGroups{negative.data(), 2, 1}.AreWithin(3)));
  const std::vector<int32_t> negative_size = {0, -2, 1, 1};
  EXPECT_FALSE((RowGroups{negative_size.data(), 2, 1}.AreWithin(3)));
}

TEST(RowGroupsTest, OfNoGroups) {
  const RowGroups groups = {nullptr, 0, 1};
  EXPECT_EQ(groups.FilledCount(), 0);
  EXPECT_THAT(groups.OtherRows(2), ElementsAre(0, 1));
  EXPECT_THAT(groups.OtherRows(0), IsEmpty());
  EXPECT_TRUE(groups.AreWithin(0));
}

}  // namespace
}  // namespace frazo::gemm
