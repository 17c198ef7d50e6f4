#include "core/detection/score/kitti_average_precision.h"

#include <cmath>
#include <limits>
#include <string>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection::score {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

KittiTruth Car(double x) {
  return {{x, 0, 0, 4, 2, 1.5, 0}, {10 * x, 0, 10 * x + 40, 60}, KittiLabel::kCar, 0, 0, 0.5};
}

KittiDetection Found(const KittiTruth& truth, double score) {
  return {truth.box, truth.image_box, truth.label, score, truth.alpha};
}

KittiScore CarScore(const KittiAveragePrecision& precision, KittiView view) {
  // Easy.
  return precision.Scores(2)->at(static_cast<int>(view));
}

TEST(KittiAveragePrecisionTest, PerfectDetectionsOf41ObjectsHaveAHundred) {
  KittiAveragePrecision precision;
  for (int scene = 0; scene < 41; ++scene) {
    const KittiTruth car = Car(scene);
    EXPECT_THAT(precision.AddScene({"", {car}, {Found(car, 1.0 / (scene + 1))}}), IsOk());
  }
  for (const KittiView view : {KittiView::kImage, KittiView::kBirdsEye, KittiView::k3d}) {
    const KittiScore score = CarScore(precision, view);
    EXPECT_EQ(score.truths, 41);
    EXPECT_FALSE(score.has_few_truths);
    EXPECT_DOUBLE_EQ(score.ap_11, 100);
    EXPECT_DOUBLE_EQ(score.ap_40, 100);
    EXPECT_EQ(score.thresholds.size(), 41);
  }
  EXPECT_DOUBLE_EQ(CarScore(precision, KittiView::kImage).aos_11, 100);
  EXPECT_DOUBLE_EQ(CarScore(precision, KittiView::kImage).aos_40, 100);
  EXPECT_TRUE(std::isnan(CarScore(precision, KittiView::k3d).aos_40));
}

TEST(KittiAveragePrecisionTest, ThreeObjectsByHand) {
  // By falling score: found, false, found turned by half, not found.
  KittiAveragePrecision precision;
  KittiScene scene{"a", {Car(0), Car(10), Car(20)}, {}};
  scene.detections.push_back(Found(Car(0), 0.95));
  scene.detections.push_back(Found(Car(40), 0.8));
  scene.detections.push_back(Found(Car(10), 0.5));
  scene.detections[2].alpha += 3.14159265358979323846 / 2;
  ASSERT_THAT(precision.AddScene(scene), IsOk());
  const KittiScore score = CarScore(precision, KittiView::kImage);
  EXPECT_EQ(score.truths, 3);
  EXPECT_TRUE(score.has_few_truths);
  EXPECT_THAT(score.thresholds, ElementsAre(0.95, 0.5));
  EXPECT_THAT(score.recalls, ElementsAre(1.0 / 3, 2.0 / 3));
  EXPECT_THAT(score.precisions, ElementsAre(1, 2.0 / 3));
  EXPECT_THAT(score.similarities, ElementsAre(1, DoubleNear(0.5, 1e-12)));
  // 0 is the only point of 0, 4 .. 40 that is reached, and 1 the only one of 1 .. 40.
  EXPECT_DOUBLE_EQ(score.ap_11, 100.0 / 11);
  EXPECT_DOUBLE_EQ(score.ap_40, 100.0 * 2 / 3 / 40);
  EXPECT_DOUBLE_EQ(score.aos_11, 100.0 / 11);
  EXPECT_NEAR(score.aos_40, 100.0 / 2 / 40, 1e-9);
  // Scores 0.95, 0.8, 0.5 are in the bins from 14/15, 12/15 and 7/15.
  EXPECT_EQ(score.calibration[14].hits, 1);
  EXPECT_EQ(score.calibration[12].detections, 1);
  EXPECT_EQ(score.calibration[12].hits, 0);
  EXPECT_EQ(score.calibration[7].hits, 1);
  EXPECT_DOUBLE_EQ(score.calibration[7].score_sum, 0.5);
}

TEST(KittiAveragePrecisionTest, PrecisionIsTheBestAtARecallOrAHigherOne) {
  // False, found, found: raw precisions 1/2, 2/3.
  KittiAveragePrecision precision;
  KittiScene scene{"", {Car(0), Car(10)}, {}};
  scene.detections = {Found(Car(40), 0.9), Found(Car(0), 0.8), Found(Car(10), 0.7)};
  ASSERT_THAT(precision.AddScene(scene), IsOk());
  EXPECT_THAT(CarScore(precision, KittiView::k3d).precisions, ElementsAre(2.0 / 3, 2.0 / 3));
}

TEST(KittiAveragePrecisionTest, WithoutTruthsOrDetectionsItIsZero) {
  KittiAveragePrecision precision;
  EXPECT_EQ(CarScore(precision, KittiView::k3d).ap_40, 0);
  ASSERT_THAT(precision.AddScene({"", {}, {Found(Car(0), 1)}}), IsOk());
  ASSERT_THAT(precision.AddScene({"", {}, {}}), IsOk());
  const KittiScore score = CarScore(precision, KittiView::k3d);
  EXPECT_EQ(score.ap_40, 0);
  EXPECT_THAT(score.thresholds, IsEmpty());
  EXPECT_EQ(score.calibration[14].detections, 1);
  EXPECT_EQ(score.calibration[14].hits, 0);
}

TEST(KittiAveragePrecisionTest, AnUnknownAlphaLeavesNoOrientationSimilarity) {
  KittiAveragePrecision precision;
  KittiScene scene{"", {Car(0)}, {Found(Car(0), 1)}};
  scene.detections[0].alpha = kUnknownAlpha;
  ASSERT_THAT(precision.AddScene(scene), IsOk());
  const KittiScore score = CarScore(precision, KittiView::kImage);
  EXPECT_DOUBLE_EQ(score.ap_11, 100.0 / 11);
  EXPECT_TRUE(std::isnan(score.aos_11));
  EXPECT_TRUE(std::isnan(score.similarities[0]));
}

TEST(KittiAveragePrecisionTest, ErrorsComeThroughAndTheSceneDoesNotCount) {
  KittiAveragePrecision precision;
  KittiScene scene{"000007", {Car(0)}, {}};
  scene.truths[0].image_box.x_min = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(precision.AddScene(scene),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("scene '000007': truth 0")));
  EXPECT_EQ(CarScore(precision, KittiView::k3d).truths, 0);
  EXPECT_THAT(precision.Scores(0),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("threads")));
}

}  // namespace
}  // namespace frazo::detection::score
