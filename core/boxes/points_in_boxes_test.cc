#include "core/boxes/points_in_boxes.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "core/boxes/box_interior.h"
#include "core/numeric/random.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::boxes {
namespace {

using points::Point;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Found {
  std::vector<int32_t> counts;
  std::vector<int32_t> first_boxes;
};

absl::StatusOr<Found> Find(const std::vector<Point>& points, const std::vector<Box>& boxes,
                           int threads = 1) {
  Found found = {std::vector<int32_t>(boxes.size(), -7), std::vector<int32_t>(points.size(), -7)};
  const absl::Status status = PointsInBoxes(
      points, boxes, threads, {absl::MakeSpan(found.counts), absl::MakeSpan(found.first_boxes)});
  if (!status.ok()) return status;
  return found;
}

TEST(PointsInBoxesTest, FacesCountAndTheFirstBoxIsNamed) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Box> boxes = {
      {0, 0, 0, 0, 1, 1, 0}, {0, 0, 0, 2, 2, 2, 0}, {1, 0, 0, 2, 2, 2, 0}, {50, 0, 0, 2, 2, 2, 0}};
  const Found found =
      Find({{-1, 1, 1}, {0.5, 0, 0}, {2, 0, 0}, {2.1, 0, 0}, {nan, 0, 0}}, boxes).value();
  // Box 0 has no length. (0.5, 0, 0) is in boxes 1 and 2.
  EXPECT_THAT(found.counts, ElementsAre(0, 2, 2, 0));
  EXPECT_THAT(found.first_boxes, ElementsAre(1, 1, 2, -1, -1));
  EXPECT_THAT(Find({}, boxes).value().counts, ElementsAre(0, 0, 0, 0));
}

// Requires what each box and each point by itself gives, with any number of threads.
void ExpectSameAsEachAlone(const std::vector<Point>& points, const std::vector<Box>& boxes) {
  const Found found = Find(points, boxes).value();
  std::vector<int32_t> counts(boxes.size());
  for (size_t i = 0; i < points.size(); ++i) {
    int32_t first = -1;
    for (size_t k = 0; k < boxes.size(); ++k) {
      if (!BoxInterior(boxes[k]).Contains(points[i])) continue;
      ++counts[k];
      if (first < 0) first = k;
    }
    ASSERT_EQ(found.first_boxes[i], first);
  }
  EXPECT_EQ(found.counts, counts);
  const Found by_threads = Find(points, boxes, 3).value();
  EXPECT_EQ(by_threads.counts, found.counts);
  EXPECT_EQ(by_threads.first_boxes, found.first_boxes);
  const BoxCrops crops = CropBoxes(points, boxes, 3).value();
  for (size_t k = 0; k < boxes.size(); ++k) {
    const int64_t begin = k == 0 ? 0 : crops.ends[k - 1];
    ASSERT_EQ(crops.ends[k] - begin, counts[k]);
    for (int64_t i = begin; i < crops.ends[k]; ++i) {
      ASSERT_TRUE(BoxInterior(boxes[k]).Contains(points[crops.indices[i]]));
      ASSERT_TRUE(i == begin || crops.indices[i - 1] < crops.indices[i]);
    }
  }
}

TEST(PointsInBoxesTest, IsWhatEachPairSays) {
  numeric::Random random({TestSeed(1)});
  std::vector<Point> points(20'000);
  for (Point& point : points) {
    // From one end to the other, as a sensor turns.
    const float along = 0.002f * (&point - points.data());
    point = {along, static_cast<float>(4 * random.Fraction()),
             static_cast<float>(random.Fraction())};
  }
  std::vector<Box> boxes(60);
  for (Box& box : boxes) {
    box = {40 * random.Fraction(), 4 * random.Fraction(), 0.5, 4 * random.Fraction(), 1,
           random.Fraction(),      7 * random.Fraction()};
  }
  ExpectSameAsEachAlone(points, boxes);
}

TEST(PointsInBoxesTest, ManyBoxesAndPointsInNoOrder) {
  numeric::Random random({TestSeed(2)});
  std::vector<Point> points(10'000);
  for (Point& point : points) {
    point = {static_cast<float>(40 * random.Fraction()), static_cast<float>(40 * random.Fraction()),
             static_cast<float>(random.Fraction())};
  }
  points[7].y = std::nanf("");
  points[4000].x = HUGE_VALF;
  std::vector<Box> boxes(150);
  for (Box& box : boxes) {
    // Some are around most points, and some are no boxes.
    const double size = random.Fraction() < 0.2 ? 60 : 3;
    box = {40 * random.Fraction(),
           40 * random.Fraction(),
           0.5,
           size * random.Fraction(),
           size,
           random.Fraction() < 0.1 ? 0 : size,
           7 * random.Fraction()};
  }
  ExpectSameAsEachAlone(points, boxes);
}

TEST(PointsInBoxesTest, CropsHaveThePointsOfEachBox) {
  const std::vector<Point> points = {{0, 0, 0}, {5, 0, 0}, {NAN, 0, 0}, {0.5, 0.5, 0.5}, {9, 9, 9}};
  const std::vector<Box> boxes = {{0, 0, 0, 2, 2, 2, 0},
                                  {9, 9, 20, 2, 2, 2, 0},
                                  {2.5, 0, 0, 7, 2, 2, 0},
                                  {0, 0, 0, 2, 2, 0, 0}};
  for (const int threads : {1, 3}) {
    const BoxCrops crops = CropBoxes(points, boxes, threads).value();
    EXPECT_THAT(crops.ends, ElementsAre(2, 2, 5, 5));
    EXPECT_THAT(crops.indices, ElementsAre(0, 3, 0, 1, 3));
  }
}

TEST(PointsInBoxesTest, MistakesAreErrors) {
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(CropBoxes({}, {}, 0).status(), StatusIs(kInvalid, HasSubstr("threads is 0")));
  EXPECT_THAT(Find({}, {}, 0).status(), StatusIs(kInvalid, HasSubstr("threads is 0")));
  const std::vector<Point> points(2);
  EXPECT_THAT(PointsInBoxes(points, {}, 1, {}),
              StatusIs(kInvalid, HasSubstr("0 places for 0 boxes and 0 for 2 points")));
}

}  // namespace
}  // namespace frazo::boxes
