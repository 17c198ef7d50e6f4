#include "core/detection/changes/random_translation.h"

#include <cmath>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

TEST(RandomTranslationTest, TheWayIsNormal) {
  SceneStep::RandomTranslation config;
  config.set_y_stddev(2);
  const auto change = MakeRandomTranslation("move", config).value();
  numeric::Random random({1});
  double squares[3] = {};
  for (int i = 0; i < 2000; ++i) {
    Scene scene;
    scene.objects.resize(1);
    scene.objects[0].box = {1, 2, 3, 4, 5, 6, 0.5};
    change->Apply(&random, &scene);
    const boxes::Box& box = scene.objects[0].box;
    squares[0] += std::pow(box.x - 1, 2) / 2000;
    squares[1] += std::pow(box.y - 2, 2) / 2000;
    squares[2] += std::pow(box.z - 3, 2) / 2000;
  }
  EXPECT_EQ(squares[0], 0);
  // The relative deviation of a variance is sqrt(2 / 2000) = 0.03.
  EXPECT_NEAR(squares[1], 4, 0.6);
  EXPECT_NEAR(squares[2], 0.35 * 0.35, 0.02);
}

TEST(RandomTranslationTest, DeviationsAreNotNegative) {
  SceneStep::RandomTranslation config;
  config.set_x_stddev(-1);
  EXPECT_THAT(MakeRandomTranslation("move", config).status(),
              StatusIs(kInvalid, HasSubstr("move.x_stddev: -1; expected a number from 0")));
}

}  // namespace
}  // namespace frazo::detection
