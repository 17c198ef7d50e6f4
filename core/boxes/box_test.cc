#include "core/boxes/box.h"

#include <limits>

#include "gtest/gtest.h"

namespace frazo::boxes {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(BoxTest, SizesWithinTheLimitsAreProper) {
  EXPECT_TRUE(IsProper({-1, 2, -3, 4, 5, 6, -7}));
  EXPECT_TRUE(IsProper({0, 0, 0, 1e-9, 1e9, 1, 1e300}));
  EXPECT_FALSE(IsProper({0, 0, 0, 0, 1, 1, 0}));
  EXPECT_FALSE(IsProper({0, 0, 0, 1, -1, 1, 0}));
  EXPECT_FALSE(IsProper({0, 0, 0, 1, 1, 2e9, 0}));
}

TEST(BoxTest, EachNumberMustBeFinite) {
  double Box::* const numbers[] = {&Box::x,     &Box::y,      &Box::z,      &Box::length,
                                   &Box::width, &Box::height, &Box::heading};
  for (double Box::* const number : numbers) {
    for (const double bad : {kNan, kInfinity, -kInfinity}) {
      Box box{1, 2, 3, 4, 5, 6, 7};
      ASSERT_TRUE(IsProper(box));
      box.*number = bad;
      EXPECT_FALSE(IsProper(box));
    }
  }
}

}  // namespace
}  // namespace frazo::boxes
