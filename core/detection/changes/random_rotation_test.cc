#include "core/detection/changes/random_rotation.h"

#include <algorithm>
#include <cmath>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

TEST(RandomRotationTest, DrawsTheAngleFromTheRange) {
  SceneStep::RandomRotation config;
  config.set_max_angle(0.5);
  const auto change = MakeRandomRotation("turn", config).value();
  numeric::Random random({1});
  double least = 1;
  double most = -1;
  for (int i = 0; i < 500; ++i) {
    Scene scene;
    scene.points = {{2, 0, 1}};
    change->Apply(&random, &scene);
    EXPECT_NEAR(std::hypot(scene.points[0].x, scene.points[0].y), 2, 1e-6);
    EXPECT_EQ(scene.points[0].z, 1);
    const double angle = std::atan2(scene.points[0].y, scene.points[0].x);
    least = std::min(least, angle);
    most = std::max(most, angle);
  }
  EXPECT_GE(least, -0.5 - 1e-6);
  EXPECT_LT(least, -0.4);
  EXPECT_LE(most, 0.5 + 1e-6);
  EXPECT_GT(most, 0.4);
}

TEST(RandomRotationTest, AnAngleIsAtMostHalfATurn) {
  SceneStep::RandomRotation config;
  config.set_max_angle(4);
  EXPECT_THAT(MakeRandomRotation("turn", config).status(),
              StatusIs(kInvalid, HasSubstr("turn.max_angle: 4; expected a number from 0 to 3.14")));
  config.set_max_angle(3.1416f);
  EXPECT_THAT(MakeRandomRotation("turn", config), IsOk());
}

}  // namespace
}  // namespace frazo::detection
