#include "core/detection/scene/kitti_difficulty.h"

#include <cmath>

#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

TEST(KittiDifficultyTest, TheHighestOneThatHolds) {
  EXPECT_EQ(KittiDifficultyOf(40, 0, 0.15f), 3);
  EXPECT_EQ(KittiDifficultyOf(39, 0, 0), 2);
  EXPECT_EQ(KittiDifficultyOf(40, 1, 0), 2);
  EXPECT_EQ(KittiDifficultyOf(40, 0, 0.16f), 2);
  EXPECT_EQ(KittiDifficultyOf(25, 1, 0.3f), 2);
  EXPECT_EQ(KittiDifficultyOf(25, 2, 0), 1);
  EXPECT_EQ(KittiDifficultyOf(25, 0, 0.5f), 1);
  EXPECT_EQ(KittiDifficultyOf(24, 0, 0), 0);
  EXPECT_EQ(KittiDifficultyOf(40, 3, 0), 0);
  EXPECT_EQ(KittiDifficultyOf(40, 0, 0.51f), 0);
  EXPECT_EQ(KittiDifficultyOf(40, 0, 0.15), 3);
  EXPECT_EQ(KittiDifficultyOf(std::nan(""), 0, 0), 0);
  EXPECT_EQ(KittiDifficultyOf(40, 0, std::nan("")), 0);
}

}  // namespace
}  // namespace frazo::detection
