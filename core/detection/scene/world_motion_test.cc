#include "core/detection/scene/world_motion.h"

#include <array>
#include <cmath>

#include "core/detection/scene/points_inside.h"
#include "core/numeric/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::ElementsAre;

// Points around an object, and a camera that looks along +x from 1 metre behind the sensor.
Scene OneObject() {
  Scene scene;
  scene.points = {{10, 2, 0}, {11, 3, 0.5f}, {20, -5, 1}};
  scene.objects.resize(1);
  scene.objects[0].box = {10, 2, 0, 4, 2, 1.5, 0.5};
  scene.camera = {{50, -50, 0, 50, 50, 0, -50, 50, 1, 0, 0, 1}, 100, 60};
  return scene;
}

// Where the camera sees a point: u and v in pixels.
std::array<double, 2> Pixel(const Camera& camera, const points::Point& point) {
  std::array<double, 3> rows;
  for (int i = 0; i < 3; ++i) {
    const double* const m = camera.velo_to_image.data() + 4 * i;
    rows[i] = m[0] * point.x + m[1] * point.y + m[2] * point.z + m[3];
  }
  return {rows[0] / rows[2], rows[1] / rows[2]};
}

TEST(WorldMotionTest, MirrorsThenTurnsThenScalesThenShifts) {
  Scene scene = OneObject();
  // (10, 2) becomes (10, -2), then (2, 10), then (4, 20), then (5, 22).
  MoveWorld({true, M_PI / 2, 2, 1, 2, 3}, &scene);
  EXPECT_NEAR(scene.points[0].x, 5, 1e-5);
  EXPECT_NEAR(scene.points[0].y, 22, 1e-5);
  EXPECT_NEAR(scene.points[0].z, 3, 1e-5);
  const boxes::Box& box = scene.objects[0].box;
  EXPECT_NEAR(box.x, 5, 1e-9);
  EXPECT_NEAR(box.y, 22, 1e-9);
  EXPECT_NEAR(box.z, 3, 1e-9);
  EXPECT_EQ(box.length, 8);
  EXPECT_EQ(box.width, 4);
  EXPECT_EQ(box.height, 3);
  EXPECT_NEAR(box.heading, M_PI / 2 - 0.5, 1e-12);
}

TEST(WorldMotionTest, TwoMirrorsAreTheIdentity) {
  Scene scene = OneObject();
  MoveWorld({true}, &scene);
  EXPECT_EQ(scene.points[0].y, -2);
  MoveWorld({true}, &scene);
  const Scene before = OneObject();
  for (size_t i = 0; i < before.points.size(); ++i) {
    EXPECT_EQ(scene.points[i].x, before.points[i].x);
    EXPECT_EQ(scene.points[i].y, before.points[i].y);
  }
  EXPECT_DOUBLE_EQ(scene.objects[0].box.heading, 0.5);
  EXPECT_EQ(scene.camera.velo_to_image, before.camera.velo_to_image);
}

TEST(WorldMotionTest, TheCameraSeesTheSameAndPointsStayInTheirBoxes) {
  numeric::Random random({3});
  for (int round = 0; round < 50; ++round) {
    Scene scene = OneObject();
    const WorldMotion motion = {round % 2 == 1,          6 * random.Fraction(),
                                0.5 + random.Fraction(), 9 * random.Fraction(),
                                random.Fraction(),       random.Fraction()};
    MoveWorld(motion, &scene);
    const Scene before = OneObject();
    for (size_t i = 0; i < before.points.size(); ++i) {
      const auto pixel = Pixel(scene.camera, scene.points[i]);
      const auto expected = Pixel(before.camera, before.points[i]);
      EXPECT_NEAR(pixel[0], expected[0], 1e-3);
      EXPECT_NEAR(pixel[1], expected[1], 1e-3);
    }
    EXPECT_EQ(CountPointsInside(scene), CountPointsInside(before));
  }
  EXPECT_THAT(CountPointsInside(OneObject()), ElementsAre(2));
}

TEST(WorldMotionTest, AnglesAreWrapped) {
  EXPECT_DOUBLE_EQ(WrapAngle(0.5), 0.5);
  EXPECT_DOUBLE_EQ(WrapAngle(M_PI), -M_PI);
  EXPECT_DOUBLE_EQ(WrapAngle(-M_PI), -M_PI);
  EXPECT_NEAR(WrapAngle(7), 7 - 2 * M_PI, 1e-12);
  EXPECT_NEAR(WrapAngle(-4), 2 * M_PI - 4, 1e-12);
  const double wrapped = WrapAngle(1e17);
  EXPECT_TRUE(wrapped >= -M_PI && wrapped < M_PI);
}

}  // namespace
}  // namespace frazo::detection
