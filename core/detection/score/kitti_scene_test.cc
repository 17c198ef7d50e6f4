#include "core/detection/score/kitti_scene.h"

#include <limits>

#include "core/status/status_matchers.h"
#include "gtest/gtest.h"

namespace frazo::detection::score {
namespace {

using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

KittiScene GoodScene() {
  KittiScene scene;
  scene.name = "000012";
  scene.truths.push_back({{}, {0, 0, 9, 9}, KittiLabel::kDontCare, -1, -1, kUnknownAlpha});
  scene.detections.push_back({{}, {0, 0, 9, 9}, KittiLabel::kCyclist, 0.5, 0});
  return scene;
}

template <typename Change>
absl::Status Checked(Change change) {
  KittiScene scene = GoodScene();
  change(scene);
  return CheckKittiScene(scene);
}

TEST(KittiSceneTest, BoxesInSpaceMayBeMissing) {
  EXPECT_THAT(CheckKittiScene(GoodScene()), IsOk());
}

TEST(KittiSceneTest, ErrorsNameTheSceneAndTheObject) {
  const auto invalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Checked([](KittiScene& s) { s.truths[0].image_box.y_max = kNan; }),
              StatusIs(invalid, HasSubstr("scene '000012': truth 0 has the image box [0, 0, 9, ")));
  EXPECT_THAT(Checked([](KittiScene& s) { s.detections[0].image_box.x_max = -1; }),
              StatusIs(invalid, HasSubstr("scene '000012': detection 0 has the image box")));
  EXPECT_THAT(Checked([](KittiScene& s) { s.detections[0].label = static_cast<KittiLabel>(10); }),
              StatusIs(invalid, HasSubstr("detection 0 has the label 10; labels are 0")));
  EXPECT_THAT(Checked([](KittiScene& s) { s.truths[0].label = static_cast<KittiLabel>(-1); }),
              StatusIs(invalid, HasSubstr("truth 0 has the label -1")));
  EXPECT_THAT(Checked([](KittiScene& s) { s.detections[0].score = kNan; }),
              StatusIs(invalid, HasSubstr("detection 0 has the score nan")));
  EXPECT_THAT(Checked([](KittiScene& s) { s.truths[0].truncation = kNan; }),
              StatusIs(invalid, HasSubstr("truth 0 has the truncation nan")));
  EXPECT_THAT(Checked([](KittiScene& s) { s.truths[0].alpha = kNan; }),
              StatusIs(invalid, HasSubstr("truth 0 has the alpha nan")));
}

}  // namespace
}  // namespace frazo::detection::score
