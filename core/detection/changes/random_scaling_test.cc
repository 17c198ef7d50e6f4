#include "core/detection/changes/random_scaling.h"

#include <algorithm>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

TEST(RandomScalingTest, DrawsTheFactorFromTheRange) {
  SceneStep::RandomScaling config;
  const auto change = MakeRandomScaling("scale", config).value();
  numeric::Random random({1});
  double least = 2;
  double most = 0;
  for (int i = 0; i < 500; ++i) {
    Scene scene;
    scene.objects.resize(1);
    scene.objects[0].box = {1, 2, 3, 4, 5, 6, 0.5};
    change->Apply(&random, &scene);
    const boxes::Box& box = scene.objects[0].box;
    EXPECT_DOUBLE_EQ(box.y, 2 * box.x);
    EXPECT_DOUBLE_EQ(box.height, 6 * box.x);
    EXPECT_DOUBLE_EQ(box.heading, 0.5);
    least = std::min(least, box.x);
    most = std::max(most, box.x);
  }
  EXPECT_GE(least, 0.95 - 1e-6);
  EXPECT_LT(least, 0.96);
  EXPECT_LE(most, 1.05 + 1e-6);
  EXPECT_GT(most, 1.04);
}

TEST(RandomScalingTest, FactorsAreInOrder) {
  SceneStep::RandomScaling config;
  config.set_min_factor(1.25);
  config.set_max_factor(1.125);
  EXPECT_THAT(MakeRandomScaling("scale", config).status(),
              StatusIs(kInvalid, HasSubstr("scale.min_factor: 1.25; expected a number from 0.01 to "
                                           "1.125")));
  config.set_max_factor(0);
  EXPECT_THAT(MakeRandomScaling("scale", config).status(),
              StatusIs(kInvalid, HasSubstr("scale.max_factor: 0; expected")));
}

}  // namespace
}  // namespace frazo::detection
