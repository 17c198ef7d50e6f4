#include "core/points/candidate_points.h"

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

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(CandidatePointsTest, PointsMustBeFiniteAndMarked) {
  const std::vector<Point> points = {{1, 2, 3}, {kNan, 0, 0},       {0, kInfinity, 0},
                                     {4, 5, 6}, {0, 0, -kInfinity}, {7, 8, 9}};
  EXPECT_THAT(CandidatePoints(points, {}), ElementsAre(0, 3, 5));
  EXPECT_THAT(CandidatePoints(points, {1, 1, 1, 0, 1, 2}), ElementsAre(0, 5));
}

TEST(CandidatePointsTest, ErrorsSayWhatIsWrong) {
  const std::vector<Point> points(3);
  EXPECT_THAT(CheckChoice("Choose", points, {}, 0), IsOk());
  EXPECT_THAT(CheckChoice("Choose", points, {1, 0, 1}, 5), IsOk());
  EXPECT_THAT(CheckChoice("Choose", points, {1, 0}, 5),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("Choose: is_candidate has 2 numbers for 3 points")));
  EXPECT_THAT(CheckChoice("Choose", points, {}, -1),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("Choose: count is -1 but must be at least 0")));
}

}  // namespace
}  // namespace frazo::points
