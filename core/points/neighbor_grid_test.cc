#include "core/points/neighbor_grid.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "core/numeric/random.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::points {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kFar = std::numeric_limits<float>::max();
constexpr int64_t kNone = NeighborGrid::kNone;

NeighborGrid GridOf(const std::vector<Point>& points, double radius,
                    const std::vector<uint8_t>& is_candidate = {}) {
  return NeighborGrid::Create(points, is_candidate, radius).value();
}

std::vector<int64_t> Closest(const NeighborGrid& grid, const std::vector<Point>& centers,
                             int64_t count, int threads = 1) {
  std::vector<int64_t> neighbors(centers.size() * count, -7);
  EXPECT_THAT(grid.FindClosest(centers, count, threads, absl::MakeSpan(neighbors)), IsOk());
  return neighbors;
}

std::vector<int64_t> Uniform(const NeighborGrid& grid, const std::vector<Point>& centers,
                             int64_t count, uint64_t seed, int threads = 1) {
  std::vector<int64_t> neighbors(centers.size() * count, -7);
  EXPECT_THAT(grid.FindUniform(centers, count, seed, threads, absl::MakeSpan(neighbors)), IsOk());
  return neighbors;
}

std::vector<Point> PointsAt(const std::vector<float>& places) {
  std::vector<Point> points;
  for (const float x : places) points.push_back({x, 0, 0});
  return points;
}

TEST(NeighborGridTest, TheClosestComeFirstAndTheRadiusIsIncluded) {
  const NeighborGrid grid = GridOf(PointsAt({0, 1, 2, 3, 4, 5}), 2);
  // 1 and 3 are equally far from 2: the lower index comes first.
  EXPECT_THAT(Closest(grid, {{2, 0, 0}}, 6), ElementsAre(2, 1, 3, 0, 4, kNone));
  EXPECT_THAT(Closest(grid, {{2, 0, 0}, {-2, 0, 0}, {-2.5, 0, 0}}, 2),
              ElementsAre(2, 1, 0, kNone, kNone, kNone));
  // Distances are those in space.
  EXPECT_THAT(Closest(grid, {{3, 1.5, 1}}, 3), ElementsAre(3, kNone, kNone));
}

TEST(NeighborGridTest, OnlyCandidatesAreFound) {
  const std::vector<Point> points = PointsAt({0, 1, kNan, 3, 4});
  // The nearest neighbour of 0 that is not among the first two.
  EXPECT_THAT(Closest(GridOf(points, 9, {0, 0, 1, 1, 1}), {points[0]}, 3),
              ElementsAre(3, 4, kNone));
  EXPECT_THAT(Closest(GridOf(points, 9), {{kNan, 0, 0}}, 2), ElementsAre(kNone, kNone));
  EXPECT_THAT(Closest(GridOf({}, 9), {{0, 0, 0}}, 2), ElementsAre(kNone, kNone));
}

TEST(NeighborGridTest, PlacesAtTheEndOfTheWorld) {
  const std::vector<Point> points = {
      {kFar, kFar, -kFar}, {-kFar, 0, 0}, {0, 0, 0}, {3e6, 0, 0}, {3e6, 1, 0}};
  const NeighborGrid grid = GridOf(points, 1);
  EXPECT_THAT(Closest(grid, points, 2), ElementsAre(0, kNone, 1, kNone, 2, kNone, 3, 4, 4, 3));
  EXPECT_THAT(Closest(GridOf(points, 1e-6), points, 1), ElementsAre(0, 1, 2, 3, 4));
}

TEST(NeighborGridTest, AllNeighborsAreDrawnIfThereAreFew) {
  const NeighborGrid grid = GridOf(PointsAt({5, 1, 0, 2, 3}), 2);
  EXPECT_THAT(Uniform(grid, {{1, 0, 0}, {9, 0, 0}}, 5, 3),
              ElementsAre(1, 2, 3, 4, kNone, kNone, kNone, kNone, kNone, kNone));
}

TEST(NeighborGridTest, EachSetOfNeighborsIsEquallyLikely) {
  // Four neighbours and one point too far.
  const NeighborGrid grid = GridOf(PointsAt({0, 1, -1, 2, 7}), 2);
  std::map<std::pair<int64_t, int64_t>, int> counts;
  const std::vector<int64_t> drawn = Uniform(grid, std::vector<Point>(6000), 2, 5);
  for (size_t i = 0; i < drawn.size(); i += 2) ++counts[{drawn[i], drawn[i + 1]}];
  // 6 pairs, 1000 times each on average, with a standard deviation of 29.
  EXPECT_EQ(counts.size(), 6u);
  for (const auto& [pair, count] : counts) EXPECT_NEAR(count, 1000, 175);
  EXPECT_NE(drawn, Uniform(grid, std::vector<Point>(6000), 2, 6));
}

TEST(NeighborGridTest, AgreesWithAllDistances) {
  for (int64_t example = 0; example < TestExamples(30); ++example) {
    numeric::Random random({TestSeed(1), static_cast<uint64_t>(example)});
    const auto point = [&]() -> Point {
      // Steps of a half, so that many distances are equal to each other and to the radius.
      return {0.5f * random.Below(20) - 5, 0.5f * random.Below(20) - 5, 0.5f * random.Below(8) - 2};
    };
    std::vector<Point> points(random.Below(600));
    std::vector<uint8_t> is_candidate(points.size());
    for (size_t i = 0; i < points.size(); ++i) {
      points[i] = point();
      is_candidate[i] = random.Below(8) > 0;
    }
    std::vector<Point> centers(40);
    for (Point& center : centers) center = point();
    const double radius = 0.5 + 0.25 * random.Below(10);
    const int64_t count = 1 + random.Below(30);
    const NeighborGrid grid = GridOf(points, radius, is_candidate);
    const std::vector<int64_t> closest = Closest(grid, centers, count);
    const std::vector<int64_t> drawn = Uniform(grid, centers, count, example);
    ASSERT_EQ(closest, Closest(grid, centers, count, 3));
    ASSERT_EQ(drawn, Uniform(grid, centers, count, example, 3));
    for (size_t i = 0; i < centers.size(); ++i) {
      std::vector<std::pair<double, int64_t>> all;
      for (size_t j = 0; j < points.size(); ++j) {
        const double distance = SquaredDistance(points[j], centers[i]);
        if (is_candidate[j] != 0 && distance <= radius * radius) all.emplace_back(distance, j);
      }
      std::sort(all.begin(), all.end());
      std::vector<int64_t> expected;
      for (const auto& [distance, index] : all) expected.push_back(index);
      expected.resize(count, kNone);
      const std::vector<int64_t> row(closest.begin() + i * count,
                                     closest.begin() + (i + 1) * count);
      ASSERT_EQ(row, expected);
      // A draw has as many, all different and all within the radius.
      std::vector<int64_t> neighbors;
      for (const auto& [distance, index] : all) neighbors.push_back(index);
      std::sort(neighbors.begin(), neighbors.end());
      const int64_t kept = std::min<int64_t>(count, all.size());
      const auto first = drawn.begin() + i * count;
      ASSERT_TRUE(std::adjacent_find(first, first + kept, std::greater_equal<int64_t>()) ==
                  first + kept);
      ASSERT_TRUE(std::includes(neighbors.begin(), neighbors.end(), first, first + kept));
      ASSERT_THAT(std::vector<int64_t>(first + kept, first + count), Each(kNone));
    }
  }
}

TEST(NeighborGridTest, ManyPointsInOneCellAreNeighborsAsFewAre) {
  // 20,000 points at 40 distances, the closest last and first in turns.
  std::vector<Point> points;
  for (int i = 0; i < 20'000; ++i)
    points.push_back({0.01f * (i % 2 == 0 ? i % 40 : 39 - i % 40), 0, 0});
  const NeighborGrid grid = GridOf(points, 1);
  for (const int64_t count : {1, 7, 600, 3000}) {
    std::vector<std::pair<double, int64_t>> all;
    for (size_t i = 0; i < points.size(); ++i) {
      all.emplace_back(SquaredDistance(points[i], {0.105f, 0, 0}), i);
    }
    std::partial_sort(all.begin(), all.begin() + count, all.end());
    std::vector<int64_t> expected;
    for (int64_t k = 0; k < count; ++k) expected.push_back(all[k].second);
    EXPECT_EQ(Closest(grid, {{0.105f, 0, 0}}, count), expected);
  }
  // A set of 100 is spread over all of them: its mean of indices is 10,000 with a standard
  // deviation of 577.
  const std::vector<int64_t> drawn = Uniform(grid, {{0, 0, 0}}, 100, 3);
  EXPECT_NEAR(std::accumulate(drawn.begin(), drawn.end(), int64_t{0}) / 100, 10'000, 2900);
}

TEST(NeighborGridTest, ErrorsSayWhatIsWrong) {
  const auto invalid = [](const char* message) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message));
  };
  const std::vector<Point> points(3);
  for (const double radius : {0.0, -1.0, 1e7, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(NeighborGrid::Create(points, {}, radius),
                invalid("but must be from 1e-6 to 1e6 metres"));
  }
  EXPECT_THAT(NeighborGrid::Create(points, {1}, 1),
              invalid("NeighborGrid: is_candidate has 1 numbers for 3 points"));
  // It is not looked at.
  const absl::Span<const Point> too_many(points.data(), size_t{1} << 31);
  EXPECT_THAT(NeighborGrid::Create(too_many, {}, 1),
              invalid("there are 2147483648 points but at most 2147483647 are possible"));
  const NeighborGrid grid = GridOf(points, 1);
  std::vector<int64_t> neighbors(5);
  EXPECT_THAT(grid.FindClosest(points, 2, 0, absl::MakeSpan(neighbors)),
              invalid("threads is 0 but must be at least 1"));
  EXPECT_THAT(grid.FindClosest(points, -2, 1, absl::MakeSpan(neighbors)),
              invalid("count is -2 but must be at least 0"));
  EXPECT_THAT(grid.FindUniform(points, 2, 7, 1, absl::MakeSpan(neighbors)),
              invalid("neighbors has 5 places for 2 neighbours of 3 centres"));
  EXPECT_THAT(grid.FindUniform(points, 0, 7, 1, absl::MakeSpan(neighbors)),
              invalid("neighbors has 5 places for 0 neighbours of 3 centres"));
  EXPECT_THAT(grid.FindClosest(points, 0, 1, {}), IsOk());
}

}  // namespace
}  // namespace frazo::points
