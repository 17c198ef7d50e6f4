#include "core/points/uniform_points.h"

#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::points {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(UniformPointsTest, AllCandidatesIfThereAreFew) {
  const std::vector<Point> points = {{0, 0, 0}, {1, 0, 0}, {kNan, 0, 0}, {3, 0, 0}};
  EXPECT_THAT(UniformPoints(points, {}, 9, 1), IsOkAndHolds(UnorderedElementsAre(0, 1, 3)));
  EXPECT_THAT(UniformPoints(points, {0, 1, 1, 1}, 2, 1), IsOkAndHolds(UnorderedElementsAre(1, 3)));
  EXPECT_THAT(UniformPoints(points, {}, 0, 1), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(UniformPoints({}, {}, 3, 1), IsOkAndHolds(IsEmpty()));
}

TEST(UniformPointsTest, EachOrderIsEquallyLikely) {
  const std::vector<Point> points(4);
  std::map<std::vector<int64_t>, int> counts;
  for (uint64_t seed = 0; seed < 12000; ++seed) {
    const auto drawn = UniformPoints(points, {}, 2, seed);
    ASSERT_THAT(drawn, IsOk());
    ++counts[*drawn];
  }
  // 4 * 3 orders, 1000 times each on average, with a standard deviation of 30.
  EXPECT_EQ(counts.size(), 12u);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 180);
}

TEST(UniformPointsTest, ErrorsSayWhatIsWrong) {
  const std::vector<Point> points(3);
  EXPECT_THAT(UniformPoints(points, {}, -1, 1),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("UniformPoints: count is -1 but must be at least 0")));
  EXPECT_THAT(UniformPoints(points, {1}, 1, 1),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("UniformPoints: is_candidate has 1 numbers for 3 points")));
}

}  // namespace
}  // namespace frazo::points
