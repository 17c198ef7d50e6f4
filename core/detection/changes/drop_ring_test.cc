#include "core/detection/changes/drop_ring.h"

#include <set>
#include <vector>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

// The features of the points that are kept: their angles are 0, 90, 90, 135 and 90.6 degrees.
std::vector<float> Kept(uint64_t seed) {
  Scene scene;
  scene.points = {{0, 0, 5}, {3, 0, 0}, {0, -70, 0}, {1, 0, -1}, {10, 0, -0.1f}};
  scene.feature_count = 1;
  scene.features = {0, 1, 2, 3, 4};
  numeric::Random random({seed});
  MakeDropRing("ring", SceneStep::DropRing()).value()->Apply(&random, &scene);
  return scene.features;
}

TEST(DropRingTest, DropsThePointsOfNearlyTheSameAngleAtAnyDistance) {
  std::set<std::vector<float>> results;
  for (uint64_t seed = 0; seed < 50; ++seed) results.insert(Kept(seed));
  EXPECT_EQ(results, (std::set<std::vector<float>>{{1, 2, 3, 4}, {0, 3}, {0, 1, 2, 4}}));
}

TEST(DropRingTest, ASceneWithoutPointsStaysEmpty) {
  Scene scene;
  numeric::Random random({1});
  MakeDropRing("ring", SceneStep::DropRing()).value()->Apply(&random, &scene);
  EXPECT_TRUE(scene.points.empty());
}

TEST(DropRingTest, AWidthIsNotNegative) {
  SceneStep::DropRing config;
  config.set_half_width(-1);
  EXPECT_THAT(MakeDropRing("ring", config).status(),
              StatusIs(kInvalid, HasSubstr("ring.half_width: -1; expected a number from 0")));
}

}  // namespace
}  // namespace frazo::detection
