#include "core/boxes/box_interior.h"

#include <cmath>
#include <limits>

#include "core/numeric/random.h"
#include "gtest/gtest.h"

namespace frazo::boxes {
namespace {

using points::Point;

TEST(BoxInteriorTest, FacesEdgesAndCornersAreInside) {
  const BoxInterior interior(Box{1, 2, 3, 4, 2, 6, 0});  // x -1..3, y 1..3, z 0..6
  for (const Point& point : {Point{1, 2, 3},
                             {3, 2, 3},
                             {-1, 2, 3},
                             {1, 3, 3},
                             {1, 1, 3},
                             {1, 2, 0},
                             {1, 2, 6},
                             {3, 3, 6},
                             {-1, 1, 0}}) {
    EXPECT_TRUE(interior.Contains(point)) << point.x << " " << point.y << " " << point.z;
  }
  for (const Point& point :
       {Point{3.01, 2, 3}, {1, 3.01, 3}, {1, 2, 6.01}, {1, 2, -0.01}, {-1.01, 1, 0}, {100, 2, 3}}) {
    EXPECT_FALSE(interior.Contains(point)) << point.x << " " << point.y << " " << point.z;
  }
}

TEST(BoxInteriorTest, TheHeadingTurnsCounterClockwise) {
  // The length lies along (1, 1).
  const BoxInterior interior(Box{0, 0, 0, 4, 1, 2, M_PI / 4});
  EXPECT_TRUE(interior.Contains({1.3, 1.3, 0}));
  EXPECT_FALSE(interior.Contains({1.3, -1.3, 0}));
  EXPECT_FALSE(interior.Contains({1.5, 1.5, 0}));  // 2.12 from the middle
}

TEST(BoxInteriorTest, TurningTheBoxAndThePointsTogetherChangesNothing) {
  numeric::Random random({1});
  for (int i = 0; i < 200; ++i) {
    const double angle = 7 * random.Fraction();
    const Point point = {static_cast<float>(6 * random.Fraction() - 3),
                         static_cast<float>(6 * random.Fraction() - 3), 0};
    // Rounding may move a point that is this close to a face.
    if (std::abs(std::abs(point.x) - 2) < 1e-5 || std::abs(std::abs(point.y) - 1) < 1e-5) continue;
    const Point turned = {static_cast<float>(std::cos(angle) * point.x - std::sin(angle) * point.y),
                          static_cast<float>(std::sin(angle) * point.x + std::cos(angle) * point.y),
                          0};
    EXPECT_EQ(BoxInterior(Box{0, 0, 0, 4, 2, 2, angle}).Contains(turned),
              std::abs(point.x) <= 2 && std::abs(point.y) <= 1);
  }
}

TEST(BoxInteriorTest, NothingIsInsideOfABoxThatIsNotProper) {
  EXPECT_FALSE(BoxInterior(Box{0, 0, 0, 0, 2, 2, 0}).Contains({0, 0, 0}));
  EXPECT_FALSE(BoxInterior(Box{0, 0, 0, -1, -1, -1, 0}).Contains({0, 0, 0}));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(BoxInterior(Box{0, 0, nan, 2, 2, 2, 0}).Contains({0, 0, 0}));
  EXPECT_FALSE(BoxInterior(Box{0, 0, 0, 2, 2, 2, 0}).Contains({0, 0, nan}));
}

}  // namespace
}  // namespace frazo::boxes
