#include "core/detection/anchors/anchor_assignment.h"

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "core/boxes/box_iou.h"
#include "core/detection/anchors/box_residual.h"
#include "core/numeric/random.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using boxes::Box;
using boxes::IouBox;
using boxes::IouView;
using points::Point;
using ::testing::DoubleEq;
using ::testing::Each;
using ::testing::ElementsAre;

AnchorBoxes MakeAnchors(const std::string& text) {
  Anchors config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return AnchorBoxes::Create("anchors", config).value();
}

// One anchor a centre: a square of 2 x 2 metres.
AnchorBoxes Square() {
  return MakeAnchors(
      "x_offsets: 0 y_offsets: 0 z_offsets: 0 rotations: 0 "
      "sizes { length: 2 width: 2 height: 2 }");
}

SceneObject Object(const Box& box, int32_t model_class) {
  SceneObject object;
  object.box = box;
  object.model_class = model_class;
  return object;
}

TEST(AnchorAssignmentTest, AnAnchorEqualToABoxIsForegroundAndHasNoResidual) {
  const AnchorBoxes anchors = MakeAnchors(
      "x_offsets: [-1, 1] y_offsets: 0 z_offsets: -1 rotations: [0, 1.5] "
      "sizes { length: 4 width: 2 height: 1.5 }");
  const Point center = {10, 5, 0};
  const Box box = anchors.At(center, 3);
  const AnchorAssignment assignment = AssignAnchors({center}, anchors, {Object(box, 2)}, {1, 1});
  EXPECT_THAT(assignment.labels, ElementsAre(0, 0, 0, 2));
  EXPECT_THAT(assignment.objects, ElementsAre(-1, -1, -1, 0));
  EXPECT_EQ(IouBox(box).Iou(IouBox(anchors.At(center, 3)), IouView::kBirdsEye), 1);
  EXPECT_THAT(EncodeResidual(anchors.At(center, 3), box), Each(0));
}

TEST(AnchorAssignmentTest, ThresholdsDivideForegroundIgnoredAndBackground) {
  // A box of 2 x 2, moved by 0.5, 1 and 1.5 metres: the IoU is 3/5, 1/3 and 1/7. The fourth centre
  // is the box itself, so that none of the others is forced.
  const std::vector<Point> centers = {{0.5, 0, 0}, {1, 0, 0}, {1.5, 0, 0}, {0, 0, 0}, {9, 0, 0}};
  const std::vector<SceneObject> objects = {Object({0, 0, 5, 2, 2, 2, 0}, 1)};
  EXPECT_THAT(AssignAnchors(centers, Square(), objects, {0.5, 0.2}).labels,
              ElementsAre(1, -1, 0, 1, 0));
  EXPECT_THAT(AssignAnchors(centers, Square(), objects, {0.5, 0.2}).ious,
              ElementsAre(DoubleEq(3.0 / 5), DoubleEq(1.0 / 3), DoubleEq(1.0 / 7), 1, 0));
  EXPECT_THAT(AssignAnchors(centers, Square(), objects, {0.7, 0.1}).labels,
              ElementsAre(-1, -1, -1, 1, 0));
  // A background threshold above the other: nothing is ignored.
  EXPECT_THAT(AssignAnchors(centers, Square(), objects, {0.5, 1}).labels,
              ElementsAre(1, 0, 0, 1, 0));
  // The thresholds are inside.
  EXPECT_THAT(AssignAnchors({{1, 0, 0}, {0, 0, 0}}, Square(), objects, {0.9, 1 / 3.0}).labels,
              ElementsAre(0, 1));
}

TEST(AnchorAssignmentTest, TheBestAnchorOfAnObjectIsForegroundWhateverTheThreshold) {
  const std::vector<SceneObject> objects = {Object({0, 0, 0, 2, 2, 2, 0}, 1)};
  // IoU 1/7 and 1/15.
  EXPECT_THAT(AssignAnchors({{1.75, 0, 0}, {1.5, 0, 0}}, Square(), objects, {0.5, 0.3}).labels,
              ElementsAre(0, 1));
  // The first of equals.
  EXPECT_THAT(AssignAnchors({{1.5, 0, 0}, {-1.5, 0, 0}}, Square(), objects, {0.5, 0.3}).labels,
              ElementsAre(1, 0));
  // Touching is no overlap.
  EXPECT_THAT(AssignAnchors({{2, 0, 0}}, Square(), objects, {0.5, 0.3}).labels, ElementsAre(0));
}

TEST(AnchorAssignmentTest, AnAnchorBelongsToOneObjectEvenIfItIsTheBestOfTwo) {
  const std::vector<SceneObject> objects = {Object({1.5, 0, 0, 2, 2, 2, 0}, 1),
                                            Object({-0.5, 0, 0, 2, 2, 2, 0}, 2)};
  const AnchorAssignment assignment = AssignAnchors({{0, 0, 0}}, Square(), objects, {0.9, 0.3});
  EXPECT_THAT(assignment.labels, ElementsAre(2));
  EXPECT_THAT(assignment.objects, ElementsAre(1));
}

TEST(AnchorAssignmentTest, ObjectsOfOtherClassesNeverWin) {
  // The second one is the best box of the anchor, but the model does not know it.
  const std::vector<SceneObject> objects = {Object({0.5, 0, 0, 2, 2, 2, 0}, 1),
                                            Object({0, 0, 0, 2, 2, 2, 0}, 0)};
  const AnchorAssignment assignment = AssignAnchors({{0, 0, 0}}, Square(), objects, {0.5, 0.3});
  EXPECT_THAT(assignment.labels, ElementsAre(1));
  EXPECT_THAT(assignment.objects, ElementsAre(0));
  EXPECT_THAT(AssignAnchors({{0, 0, 0}}, Square(), {objects[1]}, {0.5, 0.3}).labels,
              ElementsAre(0));
}

TEST(AnchorAssignmentTest, NothingToAssign) {
  EXPECT_THAT(AssignAnchors({}, Square(), {}, {0.5, 0.3}).labels, ElementsAre());
  EXPECT_THAT(AssignAnchors({{0, 0, 0}}, Square(), {}, {0.5, 0.3}).labels, ElementsAre(0));
}

// The definition, without a shortcut.
std::vector<int32_t> DefinedLabels(const std::vector<Box>& anchors,
                                   const std::vector<SceneObject>& objects,
                                   const AssignmentThresholds& thresholds) {
  const auto iou = [&](size_t anchor, size_t object) {
    if (objects[object].model_class == 0) return 0.0;
    return IouBox(anchors[anchor]).Iou(IouBox(objects[object].box), IouView::kBirdsEye);
  };
  std::vector<int32_t> labels(anchors.size());
  for (size_t anchor = 0; anchor < anchors.size(); ++anchor) {
    size_t best = 0;
    for (size_t i = 1; i < objects.size(); ++i) {
      if (iou(anchor, i) > iou(anchor, best)) best = i;
    }
    const double greatest = iou(anchor, best);
    if (greatest == 0) continue;
    bool is_forced = true;
    for (size_t other = 0; other < anchors.size(); ++other) {
      const double its = iou(other, best);
      is_forced &= its < greatest || (its == greatest && other >= anchor);
    }
    if (greatest >= thresholds.foreground_iou || is_forced) {
      labels[anchor] = objects[best].model_class;
    } else if (greatest > thresholds.background_iou) {
      labels[anchor] = kIgnoredAnchor;
    }
  }
  return labels;
}

TEST(AnchorAssignmentTest, EqualsTheDefinitionOnRandomScenes) {
  const AnchorBoxes anchors = MakeAnchors(
      "x_offsets: [-1, 0.5] y_offsets: [-0.5, 1] z_offsets: 0 rotations: [0, 1.571] "
      "sizes { length: 4 width: 2 height: 2 } sizes { length: 1 width: 1 height: 2 }");
  numeric::Random random({7});
  for (int round = 0; round < 20; ++round) {
    std::vector<Point> centers;
    std::vector<Box> boxes;
    for (int i = 0; i < 6; ++i) {
      centers.push_back({static_cast<float>(12 * random.Fraction()),
                         static_cast<float>(12 * random.Fraction()), 0});
      for (int64_t k = 0; k < anchors.size(); ++k) boxes.push_back(anchors.At(centers.back(), k));
    }
    std::vector<SceneObject> objects;
    for (int i = 0; i < 8; ++i) {
      objects.push_back(
          Object({12 * random.Fraction(), 12 * random.Fraction(), 0, 1 + 3 * random.Fraction(),
                  1 + random.Fraction(), 2, 6 * random.Fraction()},
                 static_cast<int32_t>(random.Below(3))));
    }
    const AssignmentThresholds thresholds = {0.3, 0.2};
    EXPECT_EQ(AssignAnchors(centers, anchors, objects, thresholds).labels,
              DefinedLabels(boxes, objects, thresholds));
  }
}

}  // namespace
}  // namespace frazo::detection
