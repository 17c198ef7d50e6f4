#include "core/points/farthest_points.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "core/numeric/random.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::points {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<Point> PointsAt(const std::vector<float>& places) {
  std::vector<Point> points;
  for (const float x : places) points.push_back({x, 0, 0});
  return points;
}

absl::StatusOr<std::vector<int64_t>> Farthest(const std::vector<Point>& points, int64_t count,
                                              const std::vector<int64_t>& starts,
                                              const std::vector<uint8_t>& is_candidate = {}) {
  return FarthestPoints(points, is_candidate, {count, starts, 0});
}

TEST(FarthestPointsTest, PointsOfALineFromTwoStarts) {
  // After 0, 1 and 5 the distances of 2, 3 and 4 are 1, 2 and 1.
  const std::vector<Point> line = PointsAt({0, 1, 2, 3, 4, 5});
  EXPECT_THAT(Farthest(line, 4, {0, 1}), IsOkAndHolds(ElementsAre(0, 1, 5, 3)));
  // 2 and 4 are equally far: the lower index comes first. Then there are no more.
  EXPECT_THAT(Farthest(line, 9, {0, 1}), IsOkAndHolds(ElementsAre(0, 1, 5, 3, 2, 4)));
  EXPECT_THAT(Farthest(line, 1, {3, 1}), IsOkAndHolds(ElementsAre(3)));
  EXPECT_THAT(Farthest(line, 0, {3, 1}), IsOkAndHolds(IsEmpty()));
}

TEST(FarthestPointsTest, HeightDoesNotCount) {
  const std::vector<Point> points = {{0, 0, 0}, {1, 1, 90}, {0, 2, 0}};
  EXPECT_THAT(Farthest(points, 2, {0}), IsOkAndHolds(ElementsAre(0, 2)));
}

TEST(FarthestPointsTest, OnlyCandidatesAreChosenAfterTheStarts) {
  const std::vector<Point> points = PointsAt({0, 9, kNan, 3, 8, 7});
  // Point 0 is a start though it is no candidate. 9 is masked; NaN never counts.
  EXPECT_THAT(Farthest(points, 6, {0}, {0, 0, 1, 1, 1, 1}), IsOkAndHolds(ElementsAre(0, 4, 3, 5)));
}

TEST(FarthestPointsTest, PointsInOnePlaceAreChosenLastAndOnce) {
  EXPECT_THAT(Farthest(PointsAt({2, 2, 2, 5}), 4, {1}), IsOkAndHolds(ElementsAre(1, 3, 0, 2)));
}

TEST(FarthestPointsTest, TheSeedDrawsTheFirstPoint) {
  const std::vector<Point> points = PointsAt({0, 1, kNan, 3});
  std::set<int64_t> firsts;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto chosen = FarthestPoints(points, {}, {2, {}, seed});
    ASSERT_THAT(chosen, IsOkAndHolds(SizeIs(2)));
    EXPECT_EQ(*chosen, *FarthestPoints(points, {}, {2, {}, seed}));
    firsts.insert(chosen->front());
  }
  EXPECT_THAT(firsts, ElementsAre(0, 1, 3));
}

TEST(FarthestPointsTest, ManyPointsInOnePlaceComeByTheirIndices) {
  std::vector<Point> points(1000, Point{3, 4, 0});
  points[500] = {5, 5, 0};
  const auto chosen = Farthest(points, 200, {500});
  ASSERT_THAT(chosen, IsOkAndHolds(SizeIs(200)));
  for (int64_t i = 1; i < 200; ++i) EXPECT_EQ((*chosen)[i], i - 1);
}

TEST(FarthestPointsTest, NoPoints) {
  EXPECT_THAT(Farthest({}, 3, {}), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Farthest(PointsAt({kNan, kNan}), 3, {}), IsOkAndHolds(IsEmpty()));
}

TEST(FarthestPointsTest, AgreesWithAllDistances) {
  for (int64_t example = 0; example < TestExamples(40); ++example) {
    numeric::Random random({TestSeed(1), static_cast<uint64_t>(example)});
    std::vector<Point> points(1 + random.Below(300));
    std::vector<uint8_t> is_candidate(points.size());
    // Whole numbers, so that many distances are equal; in every second example a few points are
    // many times as far as the others.
    const uint64_t greatest_exponent = example % 2 == 0 ? 1 : 60;
    for (size_t i = 0; i < points.size(); ++i) {
      const int exponent = random.Below(4) > 0 ? 0 : random.Below(greatest_exponent);
      const auto draw = [&] { return std::ldexp(1.0f * random.Below(40), exponent); };
      points[i] = {draw(), draw(), draw()};
      is_candidate[i] = random.Below(8) > 0;
    }
    const auto chosen = FarthestPoints(points, is_candidate, {100, {}, random.Next()});
    ASSERT_THAT(chosen, IsOk());
    for (size_t i = 1; i < chosen->size(); ++i) {
      // The least distance of each candidate to the first i chosen ones, anew.
      int64_t farthest = -1;
      double greatest = -1;
      for (size_t j = 0; j < points.size(); ++j) {
        double least = std::numeric_limits<double>::infinity();
        bool is_chosen = false;
        for (size_t k = 0; k < i; ++k) {
          const Point& other = points[(*chosen)[k]];
          const double dx = double{points[j].x} - other.x;
          const double dy = double{points[j].y} - other.y;
          least = std::min(least, dx * dx + dy * dy);
          is_chosen |= (*chosen)[k] == static_cast<int64_t>(j);
        }
        if (is_candidate[j] != 0 && !is_chosen && least > greatest) {
          greatest = least;
          farthest = j;
        }
      }
      ASSERT_EQ((*chosen)[i], farthest) << i;
    }
  }
}

TEST(FarthestPointsTest, ErrorsSayWhatIsWrong) {
  const std::vector<Point> points = PointsAt({0, kNan, 2});
  const auto invalid = [](const char* message) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message));
  };
  EXPECT_THAT(Farthest(points, 2, {3}), invalid("start 3 is no index of 3 points"));
  EXPECT_THAT(Farthest(points, 2, {-1}), invalid("start -1 is no index of 3 points"));
  EXPECT_THAT(Farthest(points, 2, {1}), invalid("start 1 is a point that is not finite"));
  EXPECT_THAT(Farthest(points, 2, {2, 0, 2}), invalid("start 2 comes twice"));
  EXPECT_THAT(Farthest(points, -2, {}), invalid("FarthestPoints: count is -2"));
  EXPECT_THAT(Farthest(points, 2, {}, {1}), invalid("is_candidate has 1 numbers for 3 points"));
}

}  // namespace
}  // namespace frazo::points
