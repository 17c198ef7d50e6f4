#include "core/detection/scene/neighbor_choice.h"

#include <algorithm>
#include <vector>

#include "core/detection/scene/scene.h"
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

// What ChooseNeighbors() sets, over what was there before.
struct Chosen {
  absl::Status status;
  std::vector<float> features;
  std::vector<int32_t> counts;
};

Chosen Choose(const Scene& scene, const std::vector<points::Point>& centers,
              const PrepareScene::NeighborChoice& config, int64_t places) {
  Chosen chosen;
  chosen.features.assign(places * std::max(config.count(), 0) * (3 + scene.feature_count), -9);
  chosen.counts.assign(places, -9);
  chosen.status = ChooseNeighbors(
      {scene.points, scene.features, scene.feature_count, scene.feature_count}, centers, config, 1,
      {absl::MakeSpan(chosen.features), absl::MakeSpan(chosen.counts)});
  return chosen;
}

TEST(NeighborChoiceTest, GivesPlacesFromTheCentreAndFeatures) {
  const Chosen neighbors = Choose(ThreePoints(), {{1, 1, 0}, {4, 0, 0}}, Config(3, 1.5), 2);
  ASSERT_THAT(neighbors.status, IsOk());
  EXPECT_THAT(neighbors.counts, ElementsAre(2, 1));
  // (1, 0, 0) is 1 from the first centre, (0, 2, 0) is sqrt(2).
  EXPECT_THAT(neighbors.features, ElementsAre(0, -1, 0, 11, -1, 1, 0, 12, 0, 0, 0, 0,  //
                                              0, 0, 1, 10, 0, 0, 0, 0, 0, 0, 0, 0));
}

TEST(NeighborChoiceTest, UniformChoiceTakesAllWhereThereIsSpace) {
  PrepareScene::NeighborChoice config = Config(2, 1.5);
  config.set_sampling(PrepareScene::NeighborChoice::UNIFORM);
  const Chosen neighbors = Choose(ThreePoints(), {{1, 1, 0}}, config, 1);
  ASSERT_THAT(neighbors.status, IsOk());
  EXPECT_THAT(neighbors.counts, ElementsAre(2));
  EXPECT_THAT(neighbors.features, ElementsAre(0, -1, 0, 11, -1, 1, 0, 12));
}

TEST(NeighborChoiceTest, PlacesWithoutACentreAreZeros) {
  const Chosen neighbors = Choose(ThreePoints(), {{1, 0, 0}}, Config(1, 1), 3);
  ASSERT_THAT(neighbors.status, IsOk());
  EXPECT_THAT(neighbors.counts, ElementsAre(1, 0, 0));
  EXPECT_THAT(neighbors.features, ElementsAre(0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(Choose(Scene(), {}, Config(1, 1), 2).counts, ElementsAre(0, 0));
}

TEST(NeighborChoiceTest, MistakesAreErrors) {
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Choose(Scene(), {}, Config(1, 0), 1).status,
              StatusIs(kInvalid, HasSubstr("radius is 0")));
  EXPECT_THAT(Choose(Scene(), {}, Config(-1, 1), 1).status,
              StatusIs(kInvalid, HasSubstr("count is -1")));
  EXPECT_THAT(Choose(ThreePoints(), {{1, 0, 0}, {2, 0, 0}}, Config(1, 1), 1).status,
              StatusIs(kInvalid, HasSubstr("there are 1 places for 2 centres")));
}

}  // namespace
}  // namespace frazo::detection
