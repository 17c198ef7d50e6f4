#include "core/detection/changes/make_scene_change.h"

#include <string>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

ClassNames Classes() {
  PrepareScene config;
  config.add_class_names("Car");
  config.add_model_classes("Car");
  return ClassNames::Create("scene", config).value();
}

SceneStep Parse(const std::string& text) {
  SceneStep config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

absl::Status Make(const std::string& text, bool has_all = true) {
  const ClassNames classes = Classes();
  const auto load = [](std::string_view path, const SceneStep::PasteObjects& config)
      -> absl::StatusOr<std::shared_ptr<const ObjectDatabase>> {
    if (config.database().empty()) return absl::NotFoundError(path);
    auto database = std::make_shared<ObjectDatabase>(3);
    const points::Point points[5] = {};
    const float features[15] = {};
    database->Add({}, points, features);
    return database;
  };
  const SceneTraits traits = {classes, has_all ? 3 : 0, has_all, has_all, load};
  return MakeSceneChange("steps[2]", Parse(text), traits).status();
}

TEST(MakeSceneChangeTest, EachKindHasAChange) {
  const auto* const kinds = SceneStep::descriptor()->FindOneofByName("kind");
  for (int i = 0; i < kinds->field_count(); ++i) {
    const std::string name(kinds->field(i)->name());
    EXPECT_THAT(Make(name + (name == "paste_objects" ? " { database: 'x' }" : " {}")), IsOk());
  }
}

TEST(MakeSceneChangeTest, MistakesNameTheKind) {
  EXPECT_THAT(Make(""), StatusIs(kInvalid, HasSubstr("steps[2]: not set")));
  EXPECT_THAT(Make("random_flip { probability: 2 }"),
              StatusIs(kInvalid, HasSubstr("steps[2].random_flip.probability: 2")));
  EXPECT_THAT(Make("paste_objects {}"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("steps[2].paste_objects")));
}

TEST(MakeSceneChangeTest, WhatAChangeNeedsMustBeThere) {
  EXPECT_THAT(Make("drop_outside_image {}", false),
              StatusIs(kInvalid, HasSubstr("steps[2].drop_outside_image: needs the fields "
                                           "'transform/velo_to_image_plane'")));
  EXPECT_THAT(Make("paste_objects { database: 'x' }", false),
              StatusIs(kInvalid, HasSubstr("steps[2].paste_objects: needs objects")));
  EXPECT_THAT(Make("remove_no_label_zone {}", false),
              StatusIs(kInvalid, HasSubstr("a point has 0 features")));
}

TEST(MakeSceneChangeTest, SomeKindsOnlyDropPoints) {
  for (const char* const text :
       {"keep_range {}", "drop_outside_image {}", "drop_ring {}", "remove_no_label_zone {}"}) {
    EXPECT_TRUE(OnlyDropsPoints(Parse(text))) << text;
  }
  for (const char* const text : {"random_flip {}", "perturb_boxes {}", "paste_objects {}", ""}) {
    EXPECT_FALSE(OnlyDropsPoints(Parse(text))) << text;
  }
}

}  // namespace
}  // namespace frazo::detection
