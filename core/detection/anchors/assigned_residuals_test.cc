#include "core/detection/anchors/assigned_residuals.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::ElementsAre;

TEST(AssignedResidualsTest, SetsThoseOfForegroundAnchors) {
  Anchors config;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "x_offsets: [0, 10] y_offsets: 0 z_offsets: 0 rotations: 0 "
      "sizes { length: 4 width: 3 height: 2 }",
      &config));
  const AnchorBoxes anchors = AnchorBoxes::Create("anchors", config).value();
  std::vector<SceneObject> objects(1);
  objects[0].model_class = 1;
  // The diagonal of the second anchor is 5.
  objects[0].box = {11, 0.5, 1, 4, 3, 2, 0.25};
  const std::vector<points::Point> centers = {{0, 0, 0}};
  const AnchorAssignment assignment = AssignAnchors(centers, anchors, objects, {0.2, 0.1});
  std::vector<float> residuals(14, -9);
  EncodeAssigned(centers, anchors, objects, assignment, absl::MakeSpan(residuals));
  EXPECT_THAT(residuals, ElementsAre(-9, -9, -9, -9, -9, -9, -9, 0.2f, 0.1f, 0.5f, 0, 0, 0, 0.25f));
}

}  // namespace
}  // namespace frazo::detection
