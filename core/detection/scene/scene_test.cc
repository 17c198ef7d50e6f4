#include "core/detection/scene/scene.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Scene FourPoints() {
  Scene scene;
  scene.points = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {3, 0, 0}};
  scene.feature_count = 2;
  scene.features = {0, 10, 1, 11, 2, 12, 3, 13};
  return scene;
}

TEST(SceneTest, KeepsPointsWithTheirFeaturesInOrder) {
  Scene scene = FourPoints();
  scene.KeepPoints([](size_t index) { return index % 2 == 1; });
  ASSERT_EQ(scene.points.size(), 2);
  EXPECT_EQ(scene.points[0].x, 1);
  EXPECT_EQ(scene.points[1].x, 3);
  EXPECT_THAT(scene.features, ElementsAre(1, 11, 3, 13));
}

TEST(SceneTest, KeepsAllOrNone) {
  Scene scene = FourPoints();
  scene.KeepPoints([](size_t) { return true; });
  EXPECT_EQ(scene.points.size(), 4);
  EXPECT_EQ(scene.features, FourPoints().features);
  scene.KeepPoints([](size_t) { return false; });
  EXPECT_THAT(scene.points, IsEmpty());
  EXPECT_THAT(scene.features, IsEmpty());
}

TEST(SceneTest, PointsMayHaveNoFeatures) {
  Scene scene = FourPoints();
  scene.feature_count = 0;
  scene.features.clear();
  scene.KeepPoints([](size_t index) { return index > 2; });
  EXPECT_EQ(scene.points.size(), 1);
}

}  // namespace
}  // namespace frazo::detection
