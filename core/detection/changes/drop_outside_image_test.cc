#include "core/detection/changes/drop_outside_image.h"

#include "core/detection/scene/world_motion.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::ElementsAre;

// Points before the camera, behind it, and beside its view of 90 degrees.
Scene FourPoints() {
  Scene scene;
  scene.points = {{10, 0, 0}, {-10, 0, 0}, {10, 9, 1}, {10, 11, 0}};
  scene.feature_count = 1;
  scene.features = {0, 1, 2, 3};
  scene.camera = {{50, -50, 0, 0, 50, 0, -50, 0, 1, 0, 0, 0}, 100, 60};
  return scene;
}

TEST(DropOutsideImageTest, KeepsWhatTheCameraSees) {
  Scene scene = FourPoints();
  numeric::Random random({1});
  MakeDropOutsideImage()->Apply(&random, &scene);
  EXPECT_THAT(scene.features, ElementsAre(0, 2));
}

TEST(DropOutsideImageTest, KeepsTheSameInAWorldThatMoved) {
  Scene scene = FourPoints();
  MoveWorld({true, 2, 1.25, 3, 2, 1}, &scene);
  numeric::Random random({1});
  MakeDropOutsideImage()->Apply(&random, &scene);
  EXPECT_THAT(scene.features, ElementsAre(0, 2));
}

}  // namespace
}  // namespace frazo::detection
