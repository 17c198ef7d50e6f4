#include "core/detection/scene/neighbor_choice.h"

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

PrepareScene::NeighborChoice Config(int count, float radius) {
  PrepareScene::NeighborChoice config;
  config.set_count(count);
  config.set_radius(radius);
  config.set_sampling(PrepareScene::NeighborChoice::CLOSEST);
  return config;
}

Scene ThreePoints() {
  Scene scene;
  scene.points = {{4, 0, 1}, {1, 0, 0}, {0, 2, 0}};
  scene.feature_count = 1;
  scene.features = {10, 11, 12};
  return scene;
}

TEST(NeighborChoiceTest, GivesPlacesFromTheCentreAndFeatures) {
  const auto neighbors =
      ChooseNeighbors(ThreePoints(), {{1, 1, 0}, {4, 0, 0}}, Config(3, 1.5), 2, 1).value();
  EXPECT_THAT(neighbors.counts, ElementsAre(2, 1));
  // (1, 0, 0) is 1 from the first centre, (0, 2, 0) is sqrt(2).
  EXPECT_THAT(neighbors.features, ElementsAre(0, -1, 0, 11, -1, 1, 0, 12, 0, 0, 0, 0,  //
                                              0, 0, 1, 10, 0, 0, 0, 0, 0, 0, 0, 0));
}

TEST(NeighborChoiceTest, UniformChoiceTakesAllWhereThereIsSpace) {
  PrepareScene::NeighborChoice config = Config(2, 1.5);
  config.set_sampling(PrepareScene::NeighborChoice::UNIFORM);
  const auto neighbors = ChooseNeighbors(ThreePoints(), {{1, 1, 0}}, config, 1, 1).value();
  EXPECT_THAT(neighbors.counts, ElementsAre(2));
  EXPECT_THAT(neighbors.features, ElementsAre(0, -1, 0, 11, -1, 1, 0, 12));
}

TEST(NeighborChoiceTest, PlacesWithoutACentreAreZeros) {
  const auto neighbors = ChooseNeighbors(ThreePoints(), {{1, 0, 0}}, Config(1, 1), 3, 1).value();
  EXPECT_THAT(neighbors.counts, ElementsAre(1, 0, 0));
  EXPECT_THAT(neighbors.features, ElementsAre(0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(ChooseNeighbors(Scene(), {}, Config(1, 1), 2, 1).value().counts, ElementsAre(0, 0));
}

TEST(NeighborChoiceTest, MistakesAreErrors) {
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(ChooseNeighbors(Scene(), {}, Config(1, 0), 1, 1).status(),
              StatusIs(kInvalid, HasSubstr("radius is 0")));
  EXPECT_THAT(ChooseNeighbors(Scene(), {}, Config(-1, 1), 1, 1).status(),
              StatusIs(kInvalid, HasSubstr("count is -1")));
}

}  // namespace
}  // namespace frazo::detection
