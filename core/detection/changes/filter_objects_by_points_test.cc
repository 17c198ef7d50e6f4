#include "core/detection/changes/filter_objects_by_points.h"

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

TEST(FilterObjectsByPointsTest, RemovesTheObjectsWithFewPoints) {
  Scene scene;
  scene.points = {{0, 0, 0}, {0.1f, 0, 0}, {5, 0, 0}};
  scene.objects.resize(3);
  scene.objects[0].box = {9, 9, 0, 1, 1, 1, 0};
  scene.objects[1].box = {0, 0, 0, 1, 1, 1, 0};
  scene.objects[2].box = {5, 0, 0, 1, 1, 1, 0};
  for (int i = 0; i < 3; ++i) scene.objects[i].label = i;
  SceneStep::FilterObjectsByPoints config;
  EXPECT_EQ(config.min_points(), 5);
  numeric::Random random({1});
  config.set_min_points(2);
  MakeFilterObjectsByPoints("filter", config).value()->Apply(&random, &scene);
  ASSERT_EQ(scene.objects.size(), 1);
  EXPECT_EQ(scene.objects[0].label, 1);
  EXPECT_EQ(scene.points.size(), 3);
}

TEST(FilterObjectsByPointsTest, ANumberOfPointsIsNotNegative) {
  SceneStep::FilterObjectsByPoints config;
  config.set_min_points(-1);
  EXPECT_THAT(MakeFilterObjectsByPoints("filter", config).status(),
              StatusIs(kInvalid, HasSubstr("filter.min_points: -1; expected a number from 0")));
}

}  // namespace
}  // namespace frazo::detection
