#include "core/detection/scene/points_inside.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using boxes::Box;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PointsInsideTest, FindsAndCountsThePointsInside) {
  Scene scene;
  scene.points = {{0, 0, 0}, {5, 0, 0}, {0.5, 0.5, 0.5}, {5, 5, 5}};
  EXPECT_THAT(FirstBoxes(scene, {}), ElementsAre(-1, -1, -1, -1));
  EXPECT_THAT(FirstBoxes(scene, {Box{5, 0, 0, 1, 1, 1, 0}, Box{0, 0, 0, 2, 2, 2, 0}}),
              ElementsAre(1, 0, 1, -1));
  EXPECT_THAT(CountPointsInside(scene), IsEmpty());
  scene.objects.resize(3);
  scene.objects[0].box = {0, 0, 0, 2, 2, 2, 0};
  scene.objects[1].box = {9, 9, 9, 2, 2, 2, 0};
  scene.objects[2].box = {5, 0, 0, 1, 1, 1, 1};
  EXPECT_THAT(CountPointsInside(scene), ElementsAre(2, 0, 1));
}

}  // namespace
}  // namespace frazo::detection
