#include "core/points/point_grid.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::points {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Filled {
  std::vector<float> points;
  std::vector<int32_t> counts;
};

absl::StatusOr<Filled> Fill(const std::vector<float>& rows, int64_t width, const PointGrid& grid) {
  Filled filled;
  if (grid.Check().ok()) {
    filled.points.assign(grid.CellCount() * grid.points_per_cell * width, -7);
    filled.counts.assign(grid.CellCount(), -7);
  }
  const absl::Status status = FillPointGrid(
      {rows, width}, grid, {absl::MakeSpan(filled.points), absl::MakeSpan(filled.counts)});
  if (!status.ok()) return status;
  return filled;
}

// Two cells along x, from 0 to 2.
PointGrid TwoCells(int64_t points_per_cell, uint64_t seed = 0) {
  return {{{{0, 2, 2}, {-1, 1, 1}, {0, 1, 1}}}, points_per_cell, seed};
}

TEST(PointGridTest, LowerEdgesAreInAndUpperEdgesOut) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Filled filled = Fill({0, 0,  0,   9,  // the lower edge of cell 0
                              1, -1, 0,   8,  // the lower edge of cell 1
                              2, 0,  0,   7,  // outside
                              1, 1,  0,   6,  // outside
                              1, 0,  nan, 5,  // nowhere
                              1, 0,  0.5, nan},
                             4, TwoCells(2))
                            .value();
  EXPECT_THAT(filled.counts, ElementsAre(1, 2));
  EXPECT_THAT(filled.points,
              ElementsAre(0, 0, 0, 9, 0, 0, 0, 0, 1, -1, 0, 8, 1, 0, 0.5, ::testing::IsNan()));
}

TEST(PointGridTest, ACellIsFoundByXThenYThenZ) {
  const PointGrid grid = {{{{0, 2, 2}, {0, 3, 3}, {0, 4, 4}}}, 1, 0};
  const Filled filled = Fill({1.5, 2.5, 3.5, 0.5, 1.5, 2.5}, 3, grid).value();
  EXPECT_EQ(filled.counts[(1 * 3 + 2) * 4 + 3], 1);
  EXPECT_EQ(filled.counts[(0 * 3 + 1) * 4 + 2], 1);
}

TEST(PointGridTest, EachSetOfAFullCellIsEquallyLikely) {
  // Two of the points 0, 0.25, 0.5.
  std::vector<int> left_out(3);
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    const Filled filled = Fill({0, 0, 0, 0.25, 0, 0, 0.5, 0, 0}, 3, TwoCells(2, seed)).value();
    ASSERT_THAT(filled.counts, ElementsAre(2, 0));
    const float sum = filled.points[0] + filled.points[3];
    ++left_out[static_cast<int>((0.75f - sum) * 4)];
  }
  // 1000 each, with a standard deviation of 26.
  for (const int count : left_out) EXPECT_NEAR(count, 1000, 130);
  EXPECT_EQ(Fill({0, 0, 0, 0.25, 0, 0, 0.5, 0, 0}, 3, TwoCells(2, 5)).value().points,
            Fill({0, 0, 0, 0.25, 0, 0, 0.5, 0, 0}, 3, TwoCells(2, 5)).value().points);
}

TEST(PointGridTest, MistakesAreErrors) {
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  PointGrid grid = TwoCells(1);
  grid.axes[1].end = -1;
  EXPECT_THAT(Fill({}, 3, grid).status(),
              StatusIs(kInvalid, HasSubstr("the limits of y are -1 and -1 but must be finite")));
  grid = TwoCells(1);
  grid.axes[2].cells = 0;
  EXPECT_THAT(Fill({}, 3, grid).status(), StatusIs(kInvalid, HasSubstr("0 cells along z")));
  EXPECT_THAT(Fill({}, 3, TwoCells(0)).status(),
              StatusIs(kInvalid, HasSubstr("points_per_cell is 0")));
  grid = TwoCells(1);
  grid.axes[0].cells = grid.axes[1].cells = int64_t{1} << 40;
  EXPECT_THAT(Fill({}, 3, grid).status(), StatusIs(kInvalid, HasSubstr("fewer than 2^31")));
  EXPECT_THAT(Fill({1, 2}, 3, TwoCells(1)).status(),
              StatusIs(kInvalid, HasSubstr("2 numbers are no rows of 3")));
  EXPECT_THAT(FillPointGrid({{}, 3}, TwoCells(1), {}),
              StatusIs(kInvalid, HasSubstr("0 counts and 0 places for 2 cells of 1 points")));
}

}  // namespace
}  // namespace frazo::points
