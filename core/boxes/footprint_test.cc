#include "core/boxes/footprint.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/numeric/random.h"
#include "core/testing/test_variation.h"
#include "gtest/gtest.h"

namespace frazo::boxes {
namespace {

constexpr double kPi = 3.14159265358979323846;

double IntersectionOf(const Box& a, const Box& b) {
  return IntersectionArea(Footprint(a), Footprint(b));
}

struct Place {
  double x;
  double y;
};

std::array<Place, 4> CornersOf(const Box& box) {
  std::array<Place, 4> corners;
  for (int i = 0; i < 4; ++i) {
    // Counter-clockwise.
    const double along = (i == 0 || i == 3 ? 0.5 : -0.5) * box.length;
    const double across = (i < 2 ? 0.5 : -0.5) * box.width;
    corners[i] = {box.x + along * std::cos(box.heading) - across * std::sin(box.heading),
                  box.y + along * std::sin(box.heading) + across * std::cos(box.heading)};
  }
  return corners;
}

double Cross(Place origin, Place a, Place b) {
  return (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y);
}

bool Contains(const std::array<Place, 4>& rectangle, Place place) {
  for (int i = 0; i < 4; ++i) {
    if (Cross(rectangle[i], rectangle[(i + 1) % 4], place) < -1e-12) return false;
  }
  return true;
}

// Another way to the area: the corners of the common part are the corners of each rectangle that
// the other contains, and the crossings of their sides; they are put in order around their middle.
double AreaFromCornersAndCrossings(const Box& one, const Box& other) {
  const auto a = CornersOf(one);
  const auto b = CornersOf(other);
  std::vector<Place> places;
  for (const Place& corner : a) {
    if (Contains(b, corner)) places.push_back(corner);
  }
  for (const Place& corner : b) {
    if (Contains(a, corner)) places.push_back(corner);
  }
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) {
      const double before = Cross(b[j], b[(j + 1) % 4], a[i]);
      const double after = Cross(b[j], b[(j + 1) % 4], a[(i + 1) % 4]);
      if (before * after >= 0) continue;
      const double share = before / (before - after);
      const Place crossing = {a[i].x + share * (a[(i + 1) % 4].x - a[i].x),
                              a[i].y + share * (a[(i + 1) % 4].y - a[i].y)};
      if (Contains(b, crossing)) places.push_back(crossing);
    }
  }
  if (places.empty()) return 0;
  Place middle = {0, 0};
  for (const Place& place : places) {
    middle.x += place.x / places.size();
    middle.y += place.y / places.size();
  }
  std::sort(places.begin(), places.end(), [&](const Place& left, const Place& right) {
    return std::atan2(left.y - middle.y, left.x - middle.x) <
           std::atan2(right.y - middle.y, right.x - middle.x);
  });
  double area = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    area += Cross(middle, places[i], places[(i + 1) % places.size()]) / 2;
  }
  return area;
}

TEST(FootprintTest, IntersectionsThatOneCanDraw) {
  const Box square{0, 0, 0, 1, 1, 1, 0};
  EXPECT_EQ(IntersectionOf(square, square), 1);
  EXPECT_EQ(IntersectionOf(square, {0.5, 0, 0, 1, 1, 1, 0}), 0.5);
  EXPECT_EQ(IntersectionOf(square, {0.5, -0.75, 0, 1, 1, 1, 0}), 0.125);
  // They share a side; a corner; nothing.
  EXPECT_EQ(IntersectionOf(square, {1, 0, 0, 1, 1, 1, 0}), 0);
  EXPECT_EQ(IntersectionOf(square, {-1, 1, 0, 1, 1, 1, 0}), 0);
  EXPECT_EQ(IntersectionOf(square, {0, 5, 0, 1, 1, 1, 0}), 0);
  // One within the other.
  EXPECT_DOUBLE_EQ(IntersectionOf(square, {0.1, 0.1, 0, 0.5, 0.25, 1, 0.3}), 0.125);
  EXPECT_DOUBLE_EQ(IntersectionOf({0.1, 0.1, 0, 0.5, 0.25, 1, 0.3}, square), 0.125);
  // A cross of two bars.
  EXPECT_DOUBLE_EQ(IntersectionOf({0, 0, 0, 4, 1, 1, 0}, {0, 0, 0, 4, 2, 1, kPi / 2}), 2);
  // A square and itself, turned by 45 degrees: a regular octagon between sides 1 apart.
  EXPECT_DOUBLE_EQ(IntersectionOf(square, {0, 0, 0, 1, 1, 1, kPi / 4}), 2 * (std::sqrt(2) - 1));
  // The corner of a diamond reaches 0.2 into the square: a triangle of height 0.2.
  EXPECT_NEAR(IntersectionOf(square, {0.3 + std::sqrt(0.5), 0, 0, 1, 1, 1, kPi / 4}), 0.04, 1e-15);
}

TEST(FootprintTest, RectanglesThatTouchDoNotOverlap) {
  const Footprint square({0, 0, 0, 2, 2, 1, 0});
  EXPECT_TRUE(Overlap(square, square));
  EXPECT_FALSE(Overlap(square, Footprint({2, 0, 0, 2, 2, 1, 0})));
  EXPECT_TRUE(Overlap(square, Footprint({1.999, 1.999, 0, 2, 2, 1, 0})));
  // The circles around both meet, but the diamond's side passes the corner.
  EXPECT_FALSE(Overlap(square, Footprint({1.75, 1.75, 0, 2, 2, 1, kPi / 4})));
  EXPECT_TRUE(Overlap(square, Footprint({1.7, 1.7, 0, 2, 2, 1, kPi / 4})));
}

TEST(FootprintTest, HeadingsAlmostAlikeAreNoSpecialCase) {
  const Box box{0, 0, 0, 4, 2, 1, 0.7};
  for (double turn = 1e-1; turn > 1e-300; turn /= 10) {
    Box other = box;
    other.heading += turn;
    const double area = IntersectionOf(box, other);
    EXPECT_LE(area, 8);
    // Each turned side cuts off two triangles at most.
    EXPECT_GE(area, 8 - 10 * turn - 1e-14) << turn;
  }
}

TEST(FootprintTest, AgreesWithCornersAndCrossings) {
  numeric::Random random({TestSeed(4)});
  const auto between = [&](double low, double high) {
    return low + (high - low) * random.Fraction();
  };
  int64_t overlaps = 0;
  for (int64_t i = 0; i < TestExamples(50000); ++i) {
    const Box a{between(-50, 50), between(-50, 50), 0, between(0.1, 6), between(0.1, 6), 1,
                between(-7, 7)};
    const Box b{a.x + between(-4, 4), a.y + between(-4, 4), 0, between(0.1, 6), between(0.1, 6), 1,
                between(-7, 7)};
    const double area = IntersectionOf(a, b);
    ASSERT_NEAR(area, AreaFromCornersAndCrossings(a, b), 1e-10) << i;
    ASSERT_NEAR(area, IntersectionOf(b, a), 1e-12) << i;
    overlaps += area > 0;
    // Both may differ by rounding where the footprints touch.
    const bool overlap = Overlap(Footprint(a), Footprint(b));
    ASSERT_TRUE(overlap == (area > 0) || area < 1e-10) << i;
    ASSERT_EQ(overlap, Overlap(Footprint(b), Footprint(a))) << i;
  }
  // Both cases are well among them.
  EXPECT_GT(overlaps, TestExamples(50000) / 4);
  EXPECT_LT(overlaps, TestExamples(50000) * 3 / 4);
}

}  // namespace
}  // namespace frazo::boxes
