#include "core/detection/changes/remove_no_label_zone.h"

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RemoveNoLabelZoneTest, DropsThePointsWhoseFeatureIsOne) {
  Scene scene;
  scene.points = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}};
  scene.feature_count = 3;
  scene.features = {1, 1, -1, 5, 5, 1, 7, 7, 0};
  numeric::Random random({1});
  MakeRemoveNoLabelZone("zone", {}, 3).value()->Apply(&random, &scene);
  EXPECT_THAT(scene.features, ElementsAre(1, 1, -1, 7, 7, 0));
}

TEST(RemoveNoLabelZoneTest, TheFeatureMustExist) {
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(MakeRemoveNoLabelZone("zone", {}, 2).status(),
              StatusIs(kInvalid, HasSubstr("zone.feature: 2, but a point has 2 features")));
  SceneStep::RemoveNoLabelZone config;
  config.set_feature(-1);
  EXPECT_THAT(MakeRemoveNoLabelZone("zone", config, 2).status(),
              StatusIs(kInvalid, HasSubstr("zone.feature: -1")));
}

}  // namespace
}  // namespace frazo::detection
