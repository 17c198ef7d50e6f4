#include "core/process/steps/scene_database.h"

#include <limits>
#include <string>
#include <vector>

#include "core/bytes/testing/scratch_folder.h"
#include "core/process/testing/scene_record.h"
#include "core/records/testing/encode_records.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::process {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

class SceneDatabaseTest : public ::testing::Test {
 protected:
  static detection::ClassNames Classes() {
    PrepareScene config;
    for (const char* const name : {"Background", "Car", "Van"}) config.add_class_names(name);
    config.add_model_classes("Car");
    return detection::ClassNames::Create("scene", config).value();
  }

  // A car with two points.
  static SceneRecord Car() {
    return MakeObjectRecord({10, 1, 2, 4, 2, 1.5f, 0.5f}, {9, 1, 2, 10, 1, 2}, {0.25f, 0.75f}, 1);
  }

  void Write(const std::string& name, const std::vector<SceneRecord>& records) {
    std::vector<std::string> serialized;
    for (const SceneRecord& record : records) serialized.push_back(Serialize(record));
    scratch_.Write(name, records::EncodeRecords(serialized));
  }

  absl::StatusOr<SceneDatabase> Load(const std::string& pattern, int max_points = 2048) {
    SceneStep::PasteObjects config;
    config.add_database(scratch_.Path(pattern));
    config.set_max_points(max_points);
    config.set_min_points(1);
    return LoadSceneDatabase("paste", config, Classes(), 1);
  }

  // The message for a file of a whole record and one with this feature.
  absl::Status Bad(const std::string& name, const std::string& feature) {
    SceneRecord record = Car();
    record[name] = feature;
    Write("bad", {Car(), record});
    return Load("bad").status();
  }

  bytes::ScratchFolder scratch_;
};

TEST_F(SceneDatabaseTest, ReadsTheObjectsOfAllFiles) {
  SceneRecord van = MakeObjectRecord({20, 0, 0, 6, 2, 2, 0}, {}, {}, 2);
  van["text"] = BytesList({"Van"});
  van["occlusion"] = Int64List({1});
  van["truncation"] = FloatList({0.5f});
  Write("objects-1", {van});
  Write("objects-0", {Car(), Car()});
  const auto database = Load("objects-*");
  ASSERT_THAT(database, IsOk());
  const detection::ObjectDatabase& objects = *database->objects;
  ASSERT_EQ(objects.objects().size(), 3);
  const detection::SceneObject& car = objects.objects()[0];
  EXPECT_EQ(car.box.x, 10);
  EXPECT_EQ(car.box.height, 1.5);
  EXPECT_EQ(car.box.heading, 0.5);
  EXPECT_EQ(car.label, 1);
  EXPECT_EQ(car.model_class, 1);
  EXPECT_EQ(car.difficulty, 3);
  EXPECT_EQ(objects.points(1)[1].x, 10);
  EXPECT_THAT(objects.features(1), ElementsAre(0.25f, 0.75f));
  EXPECT_EQ(objects.objects()[2].label, 2);
  EXPECT_EQ(objects.objects()[2].model_class, 0);
  EXPECT_EQ(objects.objects()[2].occlusion, 1);
  EXPECT_EQ(objects.objects()[2].truncation, 0.5f);
}

TEST_F(SceneDatabaseTest, TheFingerprintIsThatOfTheContent) {
  Write("a", {Car()});
  Write("b", {Car()});
  SceneRecord other = Car();
  other["difficulty"] = Int64List({2});
  Write("c", {other});
  EXPECT_EQ(Load("a")->fingerprint, Load("b")->fingerprint);
  EXPECT_NE(Load("a")->fingerprint, Load("c")->fingerprint);
}

TEST_F(SceneDatabaseTest, NoMorePointsAreKeptThanAreWanted) {
  Write("a", {Car()});
  EXPECT_THAT(Load("a", 1)->objects->features(0), ElementsAre(0.25f));
}

TEST_F(SceneDatabaseTest, FilesMustExist) {
  EXPECT_THAT(Load("nothing-*").status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("paste.database: ")));
  EXPECT_THAT(LoadSceneDatabase("paste", {}, Classes(), 1).status(),
              StatusIs(kInvalid, HasSubstr("paste.database: is empty")));
}

TEST_F(SceneDatabaseTest, ABadRecordIsNamed) {
  EXPECT_THAT(Bad("num_points", Int64List({3})),
              StatusIs(kInvalid, AllOf(HasSubstr("bad': record 1: num_points is 3, points has 6 "
                                                 "numbers and points_feature 2; expected 3 and 1"),
                                       HasSubstr(scratch_.Path("bad")))));
  EXPECT_THAT(Bad("num_points", Int64List({-1})), StatusIs(kInvalid, HasSubstr("is -1")));
  EXPECT_THAT(Bad("num_points", Int64List({std::numeric_limits<int64_t>::max()})),
              StatusIs(kInvalid, HasSubstr("num_points is 9223372036854775807")));
  EXPECT_THAT(Bad("points_feature", FloatList({1})),
              StatusIs(kInvalid, HasSubstr("points_feature 1;")));
  EXPECT_THAT(Bad("points", FloatList({1, 2, 3, 4, 5, std::numeric_limits<float>::quiet_NaN()})),
              StatusIs(kInvalid, HasSubstr("a point has a number that is not finite")));
  EXPECT_THAT(Bad("bbox_3d", FloatList({1, 2, 3, 4, 5, 0, 7})),
              StatusIs(kInvalid, HasSubstr("a size that is not above 0")));
  EXPECT_THAT(Bad("bbox_3d", FloatList({1, 2})), StatusIs(kInvalid, HasSubstr("'bbox_3d'")));
  EXPECT_THAT(Bad("label", Int64List({3})),
              StatusIs(kInvalid, HasSubstr("label is 3, but there are 3 class_names")));
  EXPECT_THAT(Bad("text", BytesList({"Van"})),
              StatusIs(kInvalid, HasSubstr("label 1 is 'Van' here, but 'Car' in class_names")));
}

TEST_F(SceneDatabaseTest, DamageIsAnError) {
  scratch_.Write("cut", records::EncodeRecords({Serialize(Car())}).substr(0, 40));
  EXPECT_THAT(Load("cut").status(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("cut'")));
}

}  // namespace
}  // namespace frazo::process
