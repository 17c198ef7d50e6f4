#include "core/detection/changes/paste_objects.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/boxes/box_iou.h"
#include "core/detection/scene/points_inside.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using boxes::Box;
using boxes::IouBox;
using boxes::IouView;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

ClassNames Classes() {
  PrepareScene config;
  for (const char* const name : {"Background", "Car", "Van"}) config.add_class_names(name);
  config.add_model_classes("Car");
  return ClassNames::Create("scene", config).value();
}

// Adds an object with `count` points in its middle, whose feature is the object's x.
void Add(const Box& box, int32_t label, int32_t difficulty, size_t count,
         ObjectDatabase* database) {
  SceneObject object;
  object.box = box;
  object.label = label;
  object.model_class = label == 1 ? 1 : 0;
  object.difficulty = difficulty;
  const std::vector<points::Point> points(
      count, {static_cast<float>(box.x), static_cast<float>(box.y), static_cast<float>(box.z)});
  const std::vector<float> features(count, static_cast<float>(box.x));
  database->Add(object, points, features);
}

SceneStep::PasteObjects Parse(const std::string& text) {
  SceneStep::PasteObjects config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

// Pastes into a copy of the scene.
Scene Paste(const std::string& text, const ObjectDatabase& database, Scene scene,
            uint64_t seed = 1) {
  scene.feature_count = 1;
  numeric::Random random({seed});
  MakePasteObjects("paste", Parse(text), Classes(), std::make_shared<ObjectDatabase>(database))
      .value()
      ->Apply(&random, &scene);
  return scene;
}

// Cars 10, 20 ... 100 metres ahead.
ObjectDatabase TenCars() {
  ObjectDatabase database(1);
  for (int i = 1; i <= 10; ++i) Add({10.0 * i, 0, 0, 4, 2, 2, 0}, 1, 3, 6, &database);
  return database;
}

TEST(PasteObjectsTest, PastesObjectsWithTheirPoints) {
  const Scene scene = Paste("max_objects: 2", TenCars(), Scene());
  ASSERT_EQ(scene.objects.size(), 2);
  EXPECT_NE(scene.objects[0].box.x, scene.objects[1].box.x);
  EXPECT_EQ(scene.objects[0].label, 1);
  EXPECT_EQ(scene.objects[0].model_class, 1);
  EXPECT_EQ(scene.objects[0].difficulty, 3);
  ASSERT_EQ(scene.points.size(), 12);
  ASSERT_EQ(scene.features.size(), 12);
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(scene.points[i].x, scene.objects[i / 6].box.x);
    EXPECT_EQ(scene.features[i], scene.objects[i / 6].box.x);
  }
  EXPECT_THAT(CountPointsInside(scene), ElementsAre(6, 6));
}

TEST(PasteObjectsTest, EachObjectMayBeChosen) {
  std::set<double> seen;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    seen.insert(Paste("max_objects: 1", TenCars(), Scene(), seed).objects[0].box.x);
  }
  EXPECT_EQ(seen.size(), 10);
}

TEST(PasteObjectsTest, ASceneGetsNoMoreObjectsThanThereIsSpaceFor) {
  EXPECT_EQ(Paste("max_objects: 20", TenCars(), Scene()).objects.size(), 10);
  EXPECT_EQ(Paste("max_objects: 20 max_scene_objects: 3", TenCars(), Scene()).objects.size(), 3);
  Scene full;
  full.objects.resize(3);
  EXPECT_EQ(Paste("max_scene_objects: 3", TenCars(), full).objects.size(), 3);
  EXPECT_EQ(Paste("max_scene_objects: 2", TenCars(), full).objects.size(), 3);
}

TEST(PasteObjectsTest, NoPastedBoxMeetsAnotherBoxOfWhateverClass) {
  ObjectDatabase database(1);
  for (int i = 0; i < 40; ++i) Add({1.5 * i, 0, 0, 4, 2, 2, 0.1 * i}, 1, 3, 6, &database);
  Scene before;
  before.objects.resize(2);
  before.objects[0].box = {20, 0, 0, 4, 2, 2, 0};
  // Above the others: as seen from above they would meet.
  before.objects[1].box = {40, 0, 5, 4, 2, 2, 1};
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Scene scene = Paste("max_objects: 8", database, before, seed);
    EXPECT_THAT(scene.objects.size(), Ge(4));
    for (size_t i = 2; i < scene.objects.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        EXPECT_EQ(
            IouBox(scene.objects[i].box).Iou(IouBox(scene.objects[j].box), IouView::kBirdsEye), 0);
      }
    }
  }
}

TEST(PasteObjectsTest, TheSettingsChooseTheObjects) {
  ObjectDatabase database(1);
  Add({10, 0, 0, 4, 2, 2, 0}, 1, 3, 6, &database);
  Add({20, 0, 0, 4, 2, 2, 0}, 2, 3, 6, &database);
  Add({30, 0, 0, 4, 2, 2, 0}, 1, 1, 6, &database);
  Add({40, 0, 0, 4, 2, 2, 0}, 1, 3, 4, &database);
  const auto pasted = [&](const std::string& text) {
    std::vector<double> places;
    for (const SceneObject& object : Paste(text, database, Scene()).objects) {
      places.push_back(object.box.x);
    }
    std::sort(places.begin(), places.end());
    return places;
  };
  EXPECT_THAT(pasted(""), ElementsAre(10, 30));
  EXPECT_THAT(pasted("classes: 'Van'"), ElementsAre(20));
  EXPECT_THAT(pasted("classes: ['Van', 'Car']"), ElementsAre(10, 20, 30));
  EXPECT_THAT(pasted("min_difficulty: 2"), ElementsAre(10));
  EXPECT_THAT(pasted("min_points: 1"), ElementsAre(10, 30, 40));
}

TEST(PasteObjectsTest, PointsBeyondTheMostAreLeftOut) {
  const Scene scene = Paste("max_objects: 1 max_points: 4", TenCars(), Scene());
  EXPECT_EQ(scene.points.size(), 4);
  EXPECT_EQ(scene.features.size(), 4);
}

TEST(PasteObjectsTest, PointsOfTheSceneInsideMakeWayIfWanted) {
  ObjectDatabase database(1);
  Add({10, 0, 0, 4, 2, 2, 0}, 1, 3, 5, &database);
  Scene before;
  before.points = {{10, 0.5f, 0}, {13, 0, 0}};
  before.features = {100, 101};
  EXPECT_THAT(Paste("", database, before).features, ElementsAre(101, 10, 10, 10, 10, 10));
  EXPECT_THAT(Paste("remove_points_inside: false", database, before).features,
              ElementsAre(100, 101, 10, 10, 10, 10, 10));
}

absl::Status Mistake(const std::string& text) {
  return MakePasteObjects("paste", Parse(text), Classes(),
                          std::make_shared<ObjectDatabase>(TenCars()))
      .status();
}

TEST(PasteObjectsTest, MistakesNameTheirPlace) {
  EXPECT_THAT(Mistake("classes: 'Bus'"),
              StatusIs(kInvalid, HasSubstr("paste.classes: 'Bus' is not one of class_names: "
                                           "Background, Car, Van")));
  EXPECT_THAT(Mistake("max_objects: 0"),
              StatusIs(kInvalid, HasSubstr("paste.max_objects: 0; expected a number from 1")));
  EXPECT_THAT(Mistake("min_points: 7"),
              StatusIs(kInvalid, HasSubstr("paste.database: none of its 10 objects is of these "
                                           "classes, has 7 points and the difficulty 0")));
}

}  // namespace
}  // namespace frazo::detection
