#include "core/detection/scene/kitti_difficulty.h"

#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

int32_t Difficulty(float height, int32_t occlusion, float truncation) {
  SceneObject object;
  object.image_box = {0, 100, 50, 100 + height};
  object.occlusion = occlusion;
  object.truncation = truncation;
  return KittiDifficulty(object);
}

TEST(KittiDifficultyTest, TheHighestOneThatHolds) {
  EXPECT_EQ(Difficulty(40, 0, 0.15f), 3);
  EXPECT_EQ(Difficulty(39, 0, 0), 2);
  EXPECT_EQ(Difficulty(40, 1, 0), 2);
  EXPECT_EQ(Difficulty(40, 0, 0.16f), 2);
  EXPECT_EQ(Difficulty(25, 1, 0.3f), 2);
  EXPECT_EQ(Difficulty(25, 2, 0), 1);
  EXPECT_EQ(Difficulty(25, 0, 0.5f), 1);
  EXPECT_EQ(Difficulty(24, 0, 0), 0);
  EXPECT_EQ(Difficulty(40, 3, 0), 0);
  EXPECT_EQ(Difficulty(40, 0, 0.51f), 0);
}

}  // namespace
}  // namespace frazo::detection
