#include "core/detection/scene/image_box.h"

#include <limits>

#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

TEST(ImageBoxTest, OverlapsByHand) {
  // 10 x 10 and 10 x 20 have 5 x 10 in common.
  const ImageBox a{0, 0, 10, 10};
  const ImageBox b{5, 0, 15, 20};
  EXPECT_DOUBLE_EQ(ImageIou(a, b), 50.0 / 250);
  EXPECT_DOUBLE_EQ(ImageIou(b, a), 50.0 / 250);
  EXPECT_DOUBLE_EQ(CoveredShare(a, b), 0.5);
  EXPECT_DOUBLE_EQ(CoveredShare(b, a), 0.25);
  EXPECT_EQ(ImageIou(a, a), 1);
}

TEST(ImageBoxTest, BoxesThatTouchOrHaveNoAreaHaveZero) {
  const ImageBox a{0, 0, 10, 10};
  const ImageBox flat{2, 3, 2, 8};
  EXPECT_EQ(ImageIou(a, {10, 0, 20, 10}), 0);
  EXPECT_EQ(ImageIou(a, {0, 10, 10, 20}), 0);
  EXPECT_EQ(ImageIou(a, flat), 0);
  EXPECT_EQ(ImageIou(flat, flat), 0);
  EXPECT_EQ(CoveredShare(flat, a), 0);
}

TEST(ImageBoxTest, AProperBoxIsFiniteAndRunsForwards) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(IsProper(ImageBox{1, 2, 1, 2}));
  EXPECT_FALSE(IsProper(ImageBox{nan, 2, 1, 2}));
  EXPECT_FALSE(IsProper(ImageBox{0, 2, 1, infinity}));
  EXPECT_FALSE(IsProper(ImageBox{2, 0, 1, 1}));
  EXPECT_FALSE(IsProper(ImageBox{0, 2, 1, 1}));
}

}  // namespace
}  // namespace frazo::detection
