#include "core/detection/changes/perturb_boxes.h"

#include <algorithm>
#include <cmath>

#include "core/detection/scene/points_inside.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SceneStep::PerturbBoxes Config(float max_angle, bool avoid_collisions) {
  SceneStep::PerturbBoxes config;
  config.set_max_angle(max_angle);
  config.set_avoid_collisions(avoid_collisions);
  return config;
}

void Apply(const SceneStep::PerturbBoxes& config, uint64_t seed, Scene* scene) {
  numeric::Random random({seed});
  MakePerturbBoxes("perturb", config).value()->Apply(&random, scene);
}

// A car of 4 x 2 metres with two points near its ends, and one that is outside.
Scene OneCar() {
  Scene scene;
  scene.points = {{11.9f, 5, 0}, {8.1f, 5.5f, 0}, {12.5f, 5, 0}};
  scene.objects.resize(1);
  scene.objects[0].box = {10, 5, 0, 4, 2, 1.5, 0};
  scene.objects[0].model_class = 1;
  return scene;
}

TEST(PerturbBoxesTest, TheBoxAndItsPointsTurnTogether) {
  double least = 1;
  double most = -1;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Scene scene = OneCar();
    Apply(Config(0.3f, true), seed, &scene);
    const double angle = scene.objects[0].box.heading;
    least = std::min(least, angle);
    most = std::max(most, angle);
    EXPECT_NEAR(scene.points[0].x, 10 + 1.9 * std::cos(angle), 1e-5);
    EXPECT_NEAR(scene.points[0].y, 5 + 1.9 * std::sin(angle), 1e-5);
    EXPECT_EQ(scene.points[2].x, 12.5f);
    EXPECT_EQ(scene.points[2].y, 5);
    EXPECT_THAT(CountPointsInside(scene), ElementsAre(2));
    EXPECT_EQ(scene.objects[0].box.x, 10);
    EXPECT_EQ(scene.objects[0].box.length, 4);
  }
  EXPECT_GE(least, -0.3001);
  EXPECT_LT(least, -0.25);
  EXPECT_LE(most, 0.3001);
  EXPECT_GT(most, 0.25);
}

TEST(PerturbBoxesTest, OtherClassesStay) {
  Scene scene = OneCar();
  scene.objects[0].model_class = 0;
  Apply(Config(3, true), 1, &scene);
  EXPECT_EQ(scene.objects[0].box.heading, 0);
  EXPECT_EQ(scene.points[0].x, 11.9f);
}

TEST(PerturbBoxesTest, ABoxThatWouldMeetAnotherStays) {
  // A van beside the car, 0.1 metres away: any turn of more than some degrees is a collision.
  Scene scene = OneCar();
  scene.objects.push_back(scene.objects[0]);
  scene.objects[1].model_class = 0;
  scene.objects[1].box = {10, 7.1, 0, 4, 2, 1.5, 0};
  int turned = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Scene careful = scene;
    Apply(Config(1, true), seed, &careful);
    const double angle = std::abs(careful.objects[0].box.heading);
    EXPECT_LT(angle, 0.06) << "half a length times the sine is the space";
    turned += angle > 0;
    Scene careless = scene;
    Apply(Config(1, false), seed, &careless);
    EXPECT_GT(std::abs(careless.objects[0].box.heading), 0);
  }
  EXPECT_LT(turned, 15);
}

TEST(PerturbBoxesTest, BoxesThatMeetAlreadyMayTurn) {
  Scene scene = OneCar();
  scene.objects.push_back(scene.objects[0]);
  scene.objects[1].model_class = 0;
  scene.objects[1].box = {10, 6, 0, 4, 2, 1.5, 0};
  Apply(Config(0.2f, true), 1, &scene);
  EXPECT_NE(scene.objects[0].box.heading, 0);
}

TEST(PerturbBoxesTest, AnAngleIsNotNegative) {
  EXPECT_THAT(MakePerturbBoxes("perturb", Config(-1, true)).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("perturb.max_angle: -1; expected a number from 0")));
}

}  // namespace
}  // namespace frazo::detection
