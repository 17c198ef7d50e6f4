#include "core/detection/changes/keep_range.h"

#include <cmath>
#include <vector>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

// The features of the points that are kept.
std::vector<float> Kept(const SceneStep::KeepRange& config) {
  Scene scene;
  scene.points = {{0, -40, 0}, {-0.5f, 0, 0}, {5, 40, 9}, {5, 41, 9}, {70, 0, -3}};
  scene.feature_count = 1;
  scene.features = {0, 1, 2, 3, 4};
  numeric::Random random({1});
  MakeKeepRange("range", config).value()->Apply(&random, &scene);
  return scene.features;
}

TEST(KeepRangeTest, KeepsThePointsBetweenTheBoundsWhichAreInside) {
  SceneStep::KeepRange config;
  EXPECT_THAT(Kept(config), ElementsAre(0, 1, 2, 3, 4));
  config.set_min_x(0);
  config.set_min_y(-40);
  config.set_max_y(40);
  EXPECT_THAT(Kept(config), ElementsAre(0, 2, 4));
  config.set_max_x(48);
  EXPECT_THAT(Kept(config), ElementsAre(0, 2));
  config.set_min_z(1);
  EXPECT_THAT(Kept(config), ElementsAre(2));
  config.set_max_z(8);
  EXPECT_THAT(Kept(config), ElementsAre());
}

TEST(KeepRangeTest, BoundsAreInOrder) {
  SceneStep::KeepRange config;
  config.set_min_y(1);
  config.set_max_y(-1);
  EXPECT_THAT(MakeKeepRange("range", config).status(),
              StatusIs(kInvalid, HasSubstr("range: no point is between min_y: 1 and max_y: -1")));
  config.set_max_y(std::nanf(""));
  EXPECT_THAT(MakeKeepRange("range", config).status(), StatusIs(kInvalid, HasSubstr("max_y: nan")));
}

}  // namespace
}  // namespace frazo::detection
