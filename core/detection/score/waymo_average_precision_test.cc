#include "core/detection/score/waymo_average_precision.h"

#include <limits>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection::score {
namespace {

using ::testing::HasSubstr;

constexpr double kPi = 3.14159265358979323846;

WaymoTruth Truth(double x, int level = 1) {
  return {{x, 0, 0, 4, 2, 2, 0}, WaymoLabel::kVehicle, level};
}

WaymoDetection Found(double x, double score, double heading = 0) {
  return {{x, 0, 0, 4, 2, 2, heading}, WaymoLabel::kVehicle, score};
}

// The vehicles in 3D.
WaymoScore ScoreOf(const WaymoScene& scene, int level = 1) {
  WaymoAveragePrecision precision;
  EXPECT_THAT(precision.AddScene(scene), IsOk());
  return precision.Scores().at((level - 1) * kWaymoViews);
}

TEST(WaymoAveragePrecisionTest, PerfectDetectionsHaveAHundred) {
  WaymoAveragePrecision precision;
  for (const WaymoLabel label :
       {WaymoLabel::kVehicle, WaymoLabel::kPedestrian, WaymoLabel::kCyclist}) {
    WaymoScene scene{"", {Truth(0), Truth(10, 2)}, {Found(0, 0.7), Found(10, 1)}};
    for (WaymoTruth& truth : scene.truths) truth.label = label;
    for (WaymoDetection& detection : scene.detections) detection.label = label;
    EXPECT_THAT(precision.AddScene(scene), IsOk());
  }
  const std::vector<WaymoScore> scores = precision.Scores();
  ASSERT_EQ(scores.size(), kWaymoClasses * kWaymoLevels * kWaymoViews);
  for (size_t i = 0; i < scores.size(); ++i) {
    EXPECT_EQ(scores[i].truths, i / kWaymoViews % kWaymoLevels == 0 ? 1 : 2);
    EXPECT_NEAR(scores[i].ap, 100, 1e-9);
    EXPECT_NEAR(scores[i].aph, 100, 1e-9);
  }
}

TEST(WaymoAveragePrecisionTest, HeadingsWeightPrecision) {
  // A quarter and a half of a turn: the first overlaps as a square.
  WaymoScene scene{"", {Truth(0), Truth(10)}, {Found(0, 0.9, kPi / 2), Found(10, 0.9, -kPi)}};
  scene.truths[0].box.length = scene.detections[0].box.length = 2;
  const WaymoScore score = ScoreOf(scene);
  EXPECT_NEAR(score.ap, 100, 1e-9);
  // (0.5 + 0) / 2.
  EXPECT_NEAR(score.aph, 25, 1e-9);
  EXPECT_NEAR(score.heading_precisions[50], 0.25, 1e-9);
  EXPECT_EQ(score.recalls[90], 1);
  EXPECT_EQ(score.recalls[91], 0);
}

TEST(WaymoAveragePrecisionTest, AScoreAtACutoffReachesItAsFloat) {
  const WaymoScore score = ScoreOf({"", {Truth(0)}, {Found(0, 0.7f)}});
  EXPECT_EQ(score.recalls[70], 1);
  EXPECT_EQ(score.recalls[71], 0);
}

TEST(WaymoAveragePrecisionTest, FalsePositivesAndGapsByHand) {
  // Found, false, found: precision 1 at recall 1/4, 2/3 at 2/4; two truths stay unfound.
  const WaymoScene scene{"",
                         {Truth(0), Truth(10), Truth(20), Truth(30)},
                         {Found(0, 0.9), Found(50, 0.8), Found(10, 0.5)}};
  // From 1/2 to 0.3 the lower precision holds, then a slope to 1 at 1/4.
  EXPECT_NEAR(ScoreOf(scene).ap, 100 * (0.2 * 2 / 3 + 0.05 * (2.0 / 3 + 1) / 2 + 0.25), 1e-9);
}

TEST(WaymoAveragePrecisionTest, ATruthOfLevel2IsNoMissAtLevel1) {
  const WaymoScene missed{"", {Truth(0), Truth(10, 2), Truth(20, 999)}, {Found(0, 0.9)}};
  EXPECT_NEAR(ScoreOf(missed, 1).ap, 100, 1e-9);
  EXPECT_NEAR(ScoreOf(missed, 2).ap, 50, 1e-9);
  EXPECT_EQ(ScoreOf(missed, 1).truths, 1);
  EXPECT_EQ(ScoreOf(missed, 2).truths, 2);
  // Found, it is no false positive either.
  const WaymoScene found{"", {Truth(0), Truth(10, 2)}, {Found(0, 0.9), Found(10, 0.9)}};
  EXPECT_NEAR(ScoreOf(found, 1).ap, 100, 1e-9);
}

TEST(WaymoAveragePrecisionTest, TheMatchingFindsAsMuchAsCanBeFound) {
  // The IoU of boxes 0.5 m apart is 3.5 / 4.5 = 0.78; 1 m apart 0.6. The first detection lies
  // between both truths and equals neither, the second can have the left one alone.
  const WaymoScene scene{"", {Truth(0), Truth(1)}, {Found(0.5, 0.9), Found(-0.25, 0.9)}};
  EXPECT_NEAR(ScoreOf(scene).ap, 100, 1e-9);
}

TEST(WaymoAveragePrecisionTest, ClassesAndViewsAreApart) {
  WaymoScene scene{"", {Truth(0)}, {Found(0, 0.9)}};
  scene.detections[0].box.z = 5;
  WaymoAveragePrecision precision;
  EXPECT_THAT(precision.AddScene(scene), IsOk());
  const std::vector<WaymoScore> scores = precision.Scores();
  EXPECT_EQ(scores[0].ap, 0);
  EXPECT_NEAR(scores[1].ap, 100, 1e-9);
  scene.detections[0].box.z = 0;
  scene.detections[0].label = WaymoLabel::kSign;
  EXPECT_EQ(ScoreOf(scene).ap, 0);
}

TEST(WaymoAveragePrecisionTest, ErrorsNameTheSceneAndTheObject) {
  const auto invalid = absl::StatusCode::kInvalidArgument;
  const auto checked = [](WaymoTruth truth, WaymoDetection detection) {
    return WaymoAveragePrecision().AddScene({"s1", {truth}, {detection}});
  };
  EXPECT_THAT(checked(Truth(0, 0), Found(0, 1)),
              StatusIs(invalid, HasSubstr("scene 's1': truth 0 has the level 0")));
  EXPECT_THAT(checked(Truth(0), Found(0, std::numeric_limits<double>::quiet_NaN())),
              StatusIs(invalid, HasSubstr("scene 's1': detection 0 has the score nan")));
  WaymoTruth bad = Truth(0);
  bad.label = static_cast<WaymoLabel>(7);
  EXPECT_THAT(checked(bad, Found(0, 1)), StatusIs(invalid, HasSubstr("has the label 7")));
}

}  // namespace
}  // namespace frazo::detection::score
