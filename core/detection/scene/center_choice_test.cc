#include "core/detection/scene/center_choice.h"

#include <set>
#include <string>
#include <vector>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using points::Point;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The x of the chosen points, which tell them apart.
std::vector<float> Choose(const Scene& scene, const std::string& text, uint64_t seed = 1) {
  PrepareScene::CenterChoice config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config));
  const auto centers = ChooseCenters(scene, config, seed);
  EXPECT_TRUE(centers.ok()) << centers.status();
  std::vector<float> found;
  for (const Point& center : *centers) {
    EXPECT_EQ(center.z, config.reference_height());
    found.push_back(center.x);
  }
  return found;
}

Scene OnALine() {
  Scene scene;
  scene.points = {{0, 0, -2}, {1, 0, -1}, {2, 0, 0}, {3, 0, 1}, {10, 0, 2}};
  return scene;
}

TEST(CenterChoiceTest, FarthestPointsOfAnEvenLine) {
  Scene scene;
  scene.points = {{0, 0, 0}, {4, 0, 9}, {3, 0, 9}};
  // Whichever comes first: its farthest one is an end, then comes the other end, or the middle.
  const std::vector<float> found = Choose(scene, "count: 3");
  EXPECT_EQ(std::set<float>(found.begin(), found.end()), (std::set<float>{0, 3, 4}));
  EXPECT_NE(found[2], 0) << "0 is far from all";
}

TEST(CenterChoiceTest, OnlyPointsBetweenTheHeightsAreChosen) {
  const std::vector<float> found = Choose(OnALine(), "count: 5 min_z: -1 max_z: 1");
  EXPECT_EQ(std::set<float>(found.begin(), found.end()), (std::set<float>{1, 2, 3}));
}

TEST(CenterChoiceTest, OnlyPointsInTheImageAreChosen) {
  Scene scene;
  scene.points = {{10, 0, 0}, {-10, 0, 0}, {11, 20, 0}};
  scene.camera = {{50, -50, 0, 0, 50, 0, -50, 0, 1, 0, 0, 0}, 100, 60};
  EXPECT_THAT(Choose(scene, "count: 3 in_image: true"), ElementsAre(10));
}

TEST(CenterChoiceTest, CentersLieAtTheReferenceHeight) {
  EXPECT_EQ(Choose(OnALine(), "count: 4 reference_height: -1.5").size(), 4);
  EXPECT_EQ(Choose(OnALine(), "count: 4 reference_height: -1.5 sampling: UNIFORM").size(), 4);
}

TEST(CenterChoiceTest, UniformChoiceDependsOnTheSeedAlone) {
  std::set<std::vector<float>> choices;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<float> found = Choose(OnALine(), "count: 1 sampling: UNIFORM", seed);
    EXPECT_EQ(found, Choose(OnALine(), "count: 1 sampling: UNIFORM", seed));
    choices.insert(found);
  }
  EXPECT_EQ(choices.size(), 5);
}

TEST(CenterChoiceTest, AnEmptySceneHasNoCenters) {
  EXPECT_THAT(Choose(Scene(), "count: 4"), IsEmpty());
  EXPECT_THAT(Choose(OnALine(), "count: 4 min_z: 3"), IsEmpty());
}

TEST(CenterChoiceTest, ACountBelowZeroIsAnError) {
  PrepareScene::CenterChoice config;
  config.set_count(-1);
  EXPECT_THAT(ChooseCenters(OnALine(), config, 1).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("count is -1 but must be at least 0")));
}

}  // namespace
}  // namespace frazo::detection
