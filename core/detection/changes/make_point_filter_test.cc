#include "core/detection/changes/make_point_filter.h"

#include <string>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

absl::StatusOr<std::unique_ptr<PointFilter>> Make(const std::string& text,
                                                  const ScanTraits& traits = {2, true}) {
  SceneStep config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return MakePointFilter("steps[2]", config, traits);
}

TEST(MakePointFilterTest, EachFilterTellsWhichPointsStay) {
  // It looks along +x from the middle, 90 degrees wide.
  const Camera camera = {{50, -50, 0, 0, 50, 0, -50, 0, 1, 0, 0, 0}, 100, 100};
  const float features[] = {0, 1};
  const points::Point ahead = {10, 1, 0};
  const points::Point behind = {-10, 1, 0};
  const auto range = Make("keep_range { min_x: 0 }").value();
  EXPECT_TRUE(range->Keeps(camera, ahead, features));
  EXPECT_FALSE(range->Keeps(camera, behind, features));
  const auto seen = Make("drop_outside_image {}").value();
  EXPECT_TRUE(seen->Keeps(camera, ahead, features));
  EXPECT_FALSE(seen->Keeps(camera, behind, features));
  EXPECT_TRUE(Make("remove_no_label_zone { feature: 0 }").value()->Keeps(camera, ahead, features));
  EXPECT_FALSE(Make("remove_no_label_zone { feature: 1 }").value()->Keeps(camera, ahead, features));
}

TEST(MakePointFilterTest, MistakesNameTheKind) {
  for (const std::string kind :
       {"random_flip", "random_rotation", "random_scaling", "random_translation", "perturb_boxes",
        "drop_ring", "filter_objects_by_points", "paste_objects"}) {
    EXPECT_THAT(Make(kind + " {}").status(),
                StatusIs(kInvalid, AllOf(HasSubstr("steps[2]: " + kind + " draws at random or"),
                                         HasSubstr("expected one of keep_range"))));
  }
  EXPECT_THAT(Make("").status(), StatusIs(kInvalid, HasSubstr("steps[2]: a step without a kind")));
  EXPECT_THAT(Make("keep_range { min_x: 2 max_x: 1 }").status(),
              StatusIs(kInvalid, HasSubstr("steps[2].keep_range: no point")));
}

TEST(MakePointFilterTest, WhatAFilterNeedsMustBeThere) {
  EXPECT_THAT(Make("remove_no_label_zone { feature: 2 }").status(),
              StatusIs(kInvalid, HasSubstr("a point has 2 features")));
  EXPECT_THAT(Make("drop_outside_image {}", {2, false}).status(),
              StatusIs(kInvalid, HasSubstr("steps[2].drop_outside_image: needs the fields")));
}

}  // namespace
}  // namespace frazo::detection
