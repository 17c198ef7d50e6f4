#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/process/testing/processing.h"
#include "core/process/testing/scene_record.h"
#include "core/records/testing/encode_records.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::process {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

const char* const kClasses =
    "class_names: ['Background', 'Car', 'Van', 'Pedestrian', 'DontCare'] "
    "model_classes: ['Pedestrian', 'Car'] point_features: 'pointcloud/reflectance' ";
const char* const kChoices =
    "centers { count: 3 } neighbors { count: 2 radius: 1 sampling: CLOSEST } ";
// One anchor of 2 x 2 metres a centre.
const char* const kTargets =
    "targets { foreground_iou: 0.5 background_iou: 0.3 anchors { x_offsets: 0 y_offsets: 0 "
    "z_offsets: 1 rotations: 0 sizes { length: 2 width: 2 height: 2 } } } ";

// A processor with the step; `more` is text of PrepareScene.
std::string Config(const std::string& more) {
  return absl::StrCat(SceneParser(), "steps { prepare_scene { ", kClasses, kChoices, more, "} }");
}

// Three points, two of them near each other; a pedestrian around them, a van, and an area to
// ignore.
SceneRecord Record() {
  SceneRecord record =
      MakeSceneRecord({10, 0, 0.5f, 10, 0.5f, 0.5f, 20, 0, -1}, {0.1f, 0.2f, 0.3f});
  SetObjects({{"Pedestrian", {10, 0, 1, 2, 2, 2, 0.25f}, 1, {0, 0, 50, 40}},
              {"Van", {30, 5, 0, 4, 2, 2, 0}, 1, {0, 0, 50, 25}},
              {"DontCare", {-1000, -1000, -1000, -1, -1, -1, -10}, 0, {1, 2, 3, 4}}},
             &record);
  return record;
}

TEST(PrepareSceneTest, WritesWhatTrainingNeeds) {
  const Processing read(Config(kTargets), {Serialize(Record())});
  std::vector<std::string> names;
  for (const FeatureSpec& spec : read.processor().schema().features) {
    names.push_back(absl::StrCat(spec.name, " ", spec.TypeText()));
  }
  EXPECT_THAT(names, ElementsAre("scene_id BYTES[]", "centers FLOAT32[3, 3]",
                                 "neighbors FLOAT32[3, 2, 4]", "neighbor_counts INT32[3]",
                                 "anchor_labels INT32[3, 1]", "anchor_residuals FLOAT32[3, 1, 7]"));
  EXPECT_THAT(read.values(0, "scene_id").As<std::string_view>(), ElementsAre("000007"));
  EXPECT_TRUE(read.processor().is_random());
}

// The index of the centre with this x and y.
int64_t FindCenter(const Processing& read, float x, float y) {
  const auto centers = read.values(0, "centers").As<float>();
  for (int64_t i = 0; i < 3; ++i) {
    if (centers[3 * i] == x && centers[3 * i + 1] == y) return i;
  }
  ADD_FAILURE() << "no centre at " << x << ", " << y;
  return 0;
}

TEST(PrepareSceneTest, NeighboursAreRelativeToTheirCentreAndKeepTheirFeatures) {
  const Processing read(Config(""), {Serialize(Record())});
  EXPECT_EQ(read.values(0, "centers").As<float>()[2], 0) << "the reference height";
  const int64_t first = FindCenter(read, 10, 0);
  const int64_t third = FindCenter(read, 20, 0);
  const auto counts = read.values(0, "neighbor_counts").As<int32_t>();
  EXPECT_EQ(counts[first], 2);
  EXPECT_EQ(counts[third], 1);
  const auto neighbors = read.values(0, "neighbors").As<float>();
  // From (10, 0, 0): the closest one is 0.5 above, then comes 0.5 to the left of that.
  EXPECT_THAT(neighbors.subspan(8 * first, 8), ElementsAre(0, 0, 0.5f, 0.1f, 0, 0.5f, 0.5f, 0.2f));
  EXPECT_THAT(neighbors.subspan(8 * third, 8), ElementsAre(0, 0, -1, 0.3f, 0, 0, 0, 0));
}

TEST(PrepareSceneTest, AnchorsOfABoxAreForegroundWithResiduals) {
  const Processing read(Config(kTargets), {Serialize(Record())});
  const int64_t first = FindCenter(read, 10, 0);
  const int64_t second = FindCenter(read, 10, 0.5f);
  const int64_t third = FindCenter(read, 20, 0);
  const auto labels = read.values(0, "anchor_labels").As<int32_t>();
  // Pedestrian is class 1. The box is turned by 0.25: IoU 0.80 for the first, above 0.5 for the
  // second, which is half a metre off.
  EXPECT_EQ(labels[first], 1);
  EXPECT_EQ(labels[second], 1);
  EXPECT_EQ(labels[third], 0);
  const auto residuals = read.values(0, "anchor_residuals").As<float>();
  EXPECT_THAT(residuals.subspan(7 * first, 7), ElementsAre(0, 0, 0, 0, 0, 0, 0.25f));
  // Half a metre in diagonals of 2 x 2 metres.
  EXPECT_FLOAT_EQ(residuals[7 * second + 1], -0.5f / std::sqrt(8.0f));
  EXPECT_THAT(residuals.subspan(7 * third, 7), Each(0));
}

TEST(PrepareSceneTest, PlacesWithoutACentreAreIgnored) {
  SceneRecord record = Record();
  record["pointcloud/xyz"] = FloatList({10, 0, 0.5f});
  record["pointcloud/reflectance"] = FloatList({0.1f});
  const Processing read(Config(kTargets), {Serialize(record)});
  EXPECT_THAT(read.values(0, "centers").As<float>(), ElementsAre(10, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(read.values(0, "neighbor_counts").As<int32_t>(), ElementsAre(1, 0, 0));
  EXPECT_THAT(read.values(0, "anchor_labels").As<int32_t>(), ElementsAre(1, -1, -1));
}

TEST(PrepareSceneTest, WritesTheTruth) {
  const Processing read(Config("truth: true"), {Serialize(Record())});
  EXPECT_THAT(read.values(0, "points").As<float>(),
              ElementsAre(10, 0, 0.5f, 0.1f, 10, 0.5f, 0.5f, 0.2f, 20, 0, -1, 0.3f));
  EXPECT_THAT(read.values(0, "left_out_points").As<int32_t>(), ElementsAre(0));
  EXPECT_THAT(read.values(0, "labelled").As<int32_t>(), ElementsAre(1));
  EXPECT_THAT(read.values(0, "boxes").As<float>(),
              ElementsAre(10, 0, 1, 2, 2, 2, 0.25f, 30, 5, 0, 4, 2, 2, 0));
  EXPECT_THAT(read.values(0, "box_classes").As<int32_t>(), ElementsAre(1, 0));
  EXPECT_THAT(read.values(0, "box_labels").As<int32_t>(), ElementsAre(3, 2));
  EXPECT_THAT(read.values(0, "box_difficulties").As<int32_t>(), ElementsAre(3, 2));
  EXPECT_THAT(read.values(0, "box_points").As<int32_t>(), ElementsAre(2, 0));
  EXPECT_THAT(read.values(0, "box_image").As<float>(), ElementsAre(0, 0, 50, 40, 0, 0, 50, 25));
  EXPECT_THAT(read.values(0, "ignored_image_boxes").As<float>(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(read.values(0, "velo_to_image").As<float>(),
              ElementsAre(50, -50, 0, 0, 50, 0, -50, 0, 1, 0, 0, 0));
  EXPECT_THAT(read.values(0, "image_size").As<int32_t>(), ElementsAre(100, 60));
}

TEST(PrepareSceneTest, APointWithANumberThatIsNotFiniteIsLeftOutAndCounted) {
  const SceneRecord record =
      MakeSceneRecord({kNan, 0, 0, 1, 0, 0, 2, kInfinity, 0, 3, 0, 0}, {0, 1, 2, kNan});
  const Processing read(Config("truth: true"), {Serialize(record)});
  EXPECT_THAT(read.values(0, "points").As<float>(), ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(read.values(0, "left_out_points").As<int32_t>(), ElementsAre(3));
}

TEST(PrepareSceneTest, ASceneWithoutPointsAndObjectsIsEmpty) {
  const Processing read(Config(absl::StrCat(kTargets, "truth: true")),
                        {Serialize(MakeSceneRecord({}, {}))});
  EXPECT_THAT(read.values(0, "points").As<float>(), IsEmpty());
  EXPECT_THAT(read.values(0, "boxes").As<float>(), IsEmpty());
  EXPECT_THAT(read.values(0, "neighbors").As<float>(), Each(0));
  EXPECT_THAT(read.values(0, "neighbor_counts").As<int32_t>(), Each(0));
  EXPECT_THAT(read.values(0, "anchor_labels").As<int32_t>(), Each(-1));
}

TEST(PrepareSceneTest, ASceneThatNobodyLabelledTeachesNothing) {
  SceneRecord record = Record();
  SetObjects({}, &record);
  const std::string config = Config(absl::StrCat(kTargets, "truth: true"));
  {
    // An empty street is known to be empty.
    const Processing read(config, {Serialize(record)});
    EXPECT_THAT(read.values(0, "labelled").As<int32_t>(), ElementsAre(1));
    EXPECT_THAT(read.values(0, "anchor_labels").As<int32_t>(), Each(0));
  }
  record["object/labelled"] = Int64List({0});
  const Processing read(config, {Serialize(record)});
  EXPECT_THAT(read.values(0, "labelled").As<int32_t>(), ElementsAre(0));
  EXPECT_THAT(read.values(0, "boxes").As<float>(), IsEmpty());
  EXPECT_THAT(read.values(0, "neighbor_counts").As<int32_t>(), Each(Gt(0)));
  EXPECT_THAT(read.values(0, "anchor_labels").As<int32_t>(), ElementsAre(-1, -1, -1));
  EXPECT_THAT(read.values(0, "anchor_residuals").As<float>(), Each(0));
}

TEST(PrepareSceneTest, AScanNeedsNoMoreThanPlacesAndAName) {
  const std::string config = absl::StrCat(
      "tf_example { features { name: 'image/source_id' type: BYTES shape {} } "
      "features { name: 'pointcloud/xyz' type: FLOAT32 } } "
      "steps { prepare_scene { class_names: 'Car' model_classes: 'Car' truth: true ",
      kChoices, "} }");
  const Processing read(config, {Serialize(Record())});
  EXPECT_THAT(read.values(0, "points").As<float>(),
              ElementsAre(10, 0, 0.5f, 10, 0.5f, 0.5f, 20, 0, -1));
  EXPECT_THAT(read.values(0, "labelled").As<int32_t>(), ElementsAre(0));
  EXPECT_THAT(read.values(0, "boxes").As<float>(), IsEmpty());
  EXPECT_THAT(read.values(0, "velo_to_image").As<float>(), Each(0));
  EXPECT_THAT(read.values(0, "image_size").As<int32_t>(), Each(0));
}

TEST(PrepareSceneTest, CentresMayBeChosenInTheImage) {
  SceneRecord record = MakeSceneRecord({10, 0, 0, -10, 0, 0, 10, 11, 0}, {0, 0, 0});
  const std::string config = absl::StrCat(
      SceneParser(), "steps { prepare_scene { ", kClasses,
      "centers { count: 2 in_image: true reference_height: -1 } neighbors { count: 1 radius: 2 } } "
      "}");
  const Processing read(config, {Serialize(record)});
  EXPECT_THAT(read.values(0, "centers").As<float>(), ElementsAre(10, 0, -1, 0, 0, 0));
}

// All changes of the recipe of StarNet's car model, with a database of one car.
std::string Recipe(const std::string& database) {
  return absl::StrCat("steps { paste_objects { classes: 'Car' database: '", database,
                      "' } } steps { keep_range { min_x: 0 min_y: -40 max_y: 40 } } "
                      "steps { perturb_boxes {} } steps { random_flip {} } "
                      "steps { random_rotation {} } steps { random_scaling {} } "
                      "steps { random_translation {} } neighbor_steps { drop_ring {} } ");
}

// The records of an object database with one car, 30 metres ahead.
std::string OneCar() {
  std::vector<float> points;
  std::vector<float> features;
  for (int i = 0; i < 20; ++i) {
    points.insert(points.end(), {29 + 0.1f * i, -10.5f + 0.05f * i, 0.5f});
    features.push_back(0.5f);
  }
  return records::EncodeRecords(
      {Serialize(MakeObjectRecord({30, -10, 0.5f, 4, 2, 1.5f, 0}, points, features, 1))});
}

// Changed scenes of some epochs.
class SceneRecipeTest : public ::testing::Test {
 protected:
  static constexpr int kEpochs = 20;

  SceneRecipeTest() {
    scratch_.Write("objects", OneCar());
    processor_ = MakeProcessor(Config(absl::StrCat(kTargets, "truth: true ",
                                                   Recipe(scratch_.Path("objects")))))
                     .value();
    record_ = Serialize(Record());
    for (int epoch = 0; epoch < kEpochs; ++epoch) {
      records_.push_back({record_, {}});
      records_.back().id.epoch = epoch;
    }
    processor_->Process(records_, &chunk_);
  }

  template <typename T>
  absl::Span<const T> Values(int epoch, const std::string& feature) const {
    EXPECT_EQ(chunk_.outcome(epoch), ProcessedChunk::Outcome::kExample);
    return chunk_.example(epoch)[*processor_->schema().Find(feature)].template As<T>();
  }

  bytes::ScratchFolder scratch_;
  std::unique_ptr<RecordProcessor> processor_;
  std::string record_;
  std::vector<sources::SourceRecord> records_;
  ProcessedChunk chunk_;
};

TEST_F(SceneRecipeTest, AttributesStayTrueThroughAllChanges) {
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    // The pedestrian with both its points, the van, and the car that was pasted.
    EXPECT_THAT(Values<int32_t>(epoch, "box_points"), ElementsAre(2, 0, 20));
    EXPECT_THAT(Values<int32_t>(epoch, "box_classes"), ElementsAre(1, 0, 2));
    EXPECT_THAT(Values<int32_t>(epoch, "box_labels"), ElementsAre(3, 2, 1));
    EXPECT_EQ(Values<float>(epoch, "points").size(), 4 * 23);
    // The camera sees the middle of the pedestrian in the same place: u = 50, v = 50 - 50 / 10.
    const auto boxes = Values<float>(epoch, "boxes");
    const auto matrix = Values<float>(epoch, "velo_to_image");
    double rows[3];
    for (int i = 0; i < 3; ++i) {
      rows[i] = matrix[4 * i] * boxes[0] + matrix[4 * i + 1] * boxes[1] +
                matrix[4 * i + 2] * boxes[2] + matrix[4 * i + 3];
    }
    EXPECT_NEAR(rows[0] / rows[2], 50, 1e-3);
    EXPECT_NEAR(rows[1] / rows[2], 45, 1e-3);
  }
}

TEST_F(SceneRecipeTest, RunsDrawTheSameNumbers) {
  ProcessedChunk again;
  processor_->Process(records_, &again);
  const size_t boxes = *processor_->schema().Find("boxes");
  const size_t neighbors = *processor_->schema().Find("neighbors");
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    for (const size_t feature : {boxes, neighbors}) {
      EXPECT_EQ(again.example(epoch)[feature].As<float>(),
                chunk_.example(epoch)[feature].As<float>());
    }
  }
}

TEST_F(SceneRecipeTest, EachEpochDrawsOtherNumbers) {
  std::set<float> headings;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    headings.insert(Values<float>(epoch, "boxes")[6]);
  }
  EXPECT_EQ(headings.size(), kEpochs);
}

TEST_F(SceneRecipeTest, TheDatabaseIsPartOfTheFingerprint) {
  EXPECT_NE(processor_->vocabulary_fingerprint(), 0);
  scratch_.Write("none", records::EncodeRecords({}));
  EXPECT_THAT(MakeProcessor(Config(Recipe(scratch_.Path("none")))).status(),
              StatusIs(kInvalid, HasSubstr("steps[0].prepare_scene.steps[0].paste_objects."
                                           "database: none of its 0 objects")));
}

TEST(PrepareSceneTest, NeighborStepsChangeNoTruth) {
  const std::string more = "truth: true neighbor_steps { keep_range { max_x: 15 } }";
  const Processing read(Config(more), {Serialize(Record())});
  EXPECT_EQ(read.values(0, "points").As<float>().size(), 12);
  EXPECT_EQ(read.values(0, "neighbor_counts").As<int32_t>()[FindCenter(read, 20, 0)], 0);
  EXPECT_EQ(read.values(0, "neighbor_counts").As<int32_t>()[FindCenter(read, 10, 0)], 2);
}

absl::Status BadRecord(const std::string& name, const std::string& feature) {
  SceneRecord record = Record();
  record[name] = feature;
  return ProcessOne(Config("truth: true"), Serialize(record));
}

TEST(PrepareSceneTest, ABadRecordNamesTheFieldAndTheObject) {
  EXPECT_THAT(BadRecord("pointcloud/reflectance", FloatList({1, 2})),
              StatusIs(kInvalid, HasSubstr("field 'pointcloud/reflectance' has 2 values; expected "
                                           "3, those of 3 points")));
  EXPECT_THAT(BadRecord("object/velo/bbox/phi", FloatList({1, 2})),
              StatusIs(kInvalid, HasSubstr("field 'object/velo/bbox/phi' has 2 values; expected "
                                           "3, those of the 3 objects")));
  EXPECT_THAT(BadRecord("object/occlusion", Int64List({})),
              StatusIs(kInvalid, HasSubstr("field 'object/occlusion' has 0 values; expected 3")));
  EXPECT_THAT(BadRecord("object/label", BytesList({"Car", "Bus", "DontCare"})),
              StatusIs(kInvalid, HasSubstr("object 1 is a 'Bus', which is not one of class_names: "
                                           "Background, Car, Van")));
  EXPECT_THAT(BadRecord("object/velo/bbox/phi", FloatList({0, kNan, 0})),
              StatusIs(kInvalid, HasSubstr("object 1 ('Van') has a box at (30, 5, 0) of the size "
                                           "4 x 2 x 2 and the heading nan; expected finite")));
  EXPECT_THAT(BadRecord("object/velo/bbox/dim_xyz", FloatList({1, 1, 0, 1, 1, 1, 1, 1, 1})),
              StatusIs(kInvalid, HasSubstr("object 0 ('Pedestrian') has a box at (10, 0, 1) of the "
                                           "size 1 x 1 x 0")));
  EXPECT_THAT(BadRecord("object/image/bbox/xmin", FloatList({1, 1, kInfinity})),
              StatusIs(kInvalid, HasSubstr("object 2 ('DontCare') has an image box with a number "
                                           "that is not finite")));
  EXPECT_THAT(BadRecord("transform/velo_to_image_plane",
                        FloatList({50, -50, 0, 0, 50, 0, -50, 0, kNan, 0, 0, 0})),
              StatusIs(kInvalid, HasSubstr("'transform/velo_to_image_plane' has a number that is "
                                           "not finite or above 1e+09: 50")));
  EXPECT_THAT(BadRecord("image/width", Int64List({-5})),
              StatusIs(kInvalid, HasSubstr("the image has -5 x 60 pixels")));
  EXPECT_THAT(BadRecord("object/labelled", Int64List({0})),
              StatusIs(kInvalid, HasSubstr("field 'object/labelled' is 0, but there are 3 objects; "
                                           "expected 1")));
}

// The message for a configuration in which some text was replaced.
absl::Status Mistake(const std::string& text, const std::string& replacement) {
  const std::string config = absl::StrReplaceAll(Config(kTargets), {{text, replacement}});
  return MakeProcessor(config).status();
}

TEST(PrepareSceneTest, MistakesNameTheirPlace) {
  EXPECT_THAT(Mistake("['Pedestrian', 'Car']", "'Bus'"),
              StatusIs(kInvalid, HasSubstr("steps[0].prepare_scene.model_classes: 'Bus' is not")));
  EXPECT_THAT(Mistake("count: 3", "count: 0"),
              StatusIs(kInvalid, HasSubstr("steps[0].prepare_scene.centers.count: 0; expected a "
                                           "number from 1")));
  EXPECT_THAT(Mistake("count: 3", "count: 3 min_z: 2 max_z: 1"),
              StatusIs(kInvalid, HasSubstr("centers: no point is between min_z: 2 and max_z: 1")));
  EXPECT_THAT(Mistake("radius: 1", "radius: nan"),
              StatusIs(kInvalid, HasSubstr("neighbors.radius: nan; expected a number from 1e-06")));
  EXPECT_THAT(Mistake("count: 2 ", "count: 1000000 "), IsOk());
  EXPECT_THAT(Mistake("count: 2 radius: 1", "count: 0 radius: 1"),
              StatusIs(kInvalid, HasSubstr("neighbors.count: 0; expected a number from 1")));
  EXPECT_THAT(Mistake("centers { count: 3 }", "centers { count: 1000000 }"), IsOk());
  EXPECT_THAT(Mistake("centers { count: 3 } neighbors { count: 2 ",
                      "centers { count: 1000000 } neighbors { count: 1000000 "),
              StatusIs(kInvalid, HasSubstr("neighbors: 4000000000000 numbers for each scene")));
  EXPECT_THAT(Mistake("'pointcloud/reflectance' centers", "'pointcloud/intensity' centers"),
              StatusIs(kInvalid, HasSubstr("point_features: there is no field "
                                           "'pointcloud/intensity'")));
  EXPECT_THAT(
      Mistake("'pointcloud/reflectance' centers", "'object/label' centers"),
      StatusIs(kInvalid, HasSubstr("field 'object/label' is BYTES[any]; expected FLOAT32")));
  EXPECT_THAT(Mistake("'pointcloud/reflectance' centers",
                      "'pointcloud/reflectance' point_features: 'pointcloud/reflectance' centers"),
              StatusIs(kInvalid, HasSubstr("'pointcloud/reflectance' comes twice")));
  EXPECT_THAT(Mistake("'pointcloud/reflectance' centers", "'pointcloud/xyz' centers"),
              StatusIs(kInvalid, HasSubstr("'pointcloud/xyz' holds the places")));
  EXPECT_THAT(Mistake("background_iou: 0.3", "background_iou: 2"),
              StatusIs(kInvalid, HasSubstr("targets.background_iou: 2; expected a number from 0 "
                                           "to 1")));
  EXPECT_THAT(Mistake("foreground_iou: 0.5", "foreground_iou: 0"),
              StatusIs(kInvalid, HasSubstr("targets.foreground_iou: 0; expected")));
  EXPECT_THAT(Mistake("targets {", "steps {} targets {"),
              StatusIs(kInvalid, HasSubstr("prepare_scene.steps[0]: not set")));
  EXPECT_THAT(Mistake("targets {", "steps { drop_ring { half_width: -1 } } targets {"),
              StatusIs(kInvalid, HasSubstr("prepare_scene.steps[0].drop_ring.half_width: -1")));
  EXPECT_THAT(Mistake("targets {", "neighbor_steps { random_flip {} } targets {"),
              StatusIs(kInvalid, HasSubstr("prepare_scene.neighbor_steps[0]: the centres would "
                                           "not fit the changed scene")));
  EXPECT_THAT(Mistake("x_offsets: 0", ""),
              StatusIs(kInvalid, HasSubstr("prepare_scene.targets.anchors.x_offsets: is empty")));
}

// The message for a parser of these features alone.
absl::Status BadFields(const std::string& features, const std::string& more,
                       const std::string& of_centers = "") {
  return MakeProcessor(absl::StrCat("tf_example { ", features,
                                    " } steps { prepare_scene { class_names: 'Car' model_classes: "
                                    "'Car' centers { count: 3 ",
                                    of_centers, " } neighbors { count: 2 radius: 1 } ", more,
                                    " } }"))
      .status();
}

TEST(PrepareSceneTest, FieldsAreCheckedBeforeTheFirstRecord) {
  const std::string id = "features { name: 'image/source_id' type: BYTES shape {} } ";
  const std::string points = "features { name: 'pointcloud/xyz' type: FLOAT32 } ";
  EXPECT_THAT(BadFields(id, ""),
              StatusIs(kInvalid, HasSubstr("there is no field 'pointcloud/xyz'")));
  EXPECT_THAT(BadFields(points, ""),
              StatusIs(kInvalid, HasSubstr("there is no field 'image/source_id'")));
  EXPECT_THAT(BadFields(id + "features { name: 'pointcloud/xyz' type: INT64 }", ""),
              StatusIs(kInvalid, HasSubstr("field 'pointcloud/xyz' is INT64[any]; expected "
                                           "FLOAT32 with 3 values of each element")));
  EXPECT_THAT(BadFields(id + points + "features { name: 'object/label' type: BYTES }", ""),
              StatusIs(kInvalid, HasSubstr("there are the fields object/label but not "
                                           "object/velo/bbox/xyz, object/velo/bbox/dim_xyz")));
  EXPECT_THAT(BadFields(id + points, "targets { foreground_iou: 1 background_iou: 0 }"),
              StatusIs(kInvalid, HasSubstr("targets need objects")));
  EXPECT_THAT(BadFields(id + points, "", "in_image: true"),
              StatusIs(kInvalid, HasSubstr("centers.in_image: needs the fields "
                                           "'transform/velo_to_image_plane'")));
  EXPECT_THAT(BadFields(id + points + "features { name: 'centers' type: FLOAT32 }", ""),
              StatusIs(kInvalid, HasSubstr("there is a field 'centers' already")));
}

}  // namespace
}  // namespace frazo::process
