#include "core/detection/score/lingvo_average_precision.h"

#include <cmath>
#include <limits>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection::score {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ignore = LingvoTruth::Ignore;

// A cube of 1 m.
boxes::Box At(double x) { return {x, 0, 0, 1, 1, 1, 0}; }

LingvoTruth Truth(double x, Ignore ignore = Ignore::kNone) { return {At(x), 0, ignore}; }

LingvoDetection Found(double x, double score) { return {At(x), 0, false, score}; }

double Mean(const std::vector<LingvoTruth>& truths, const std::vector<LingvoDetection>& detections,
            LingvoAlgorithm algorithm, int points = 41) {
  return LingvoAveragePrecision(truths, detections, 0.5, points, algorithm)->average_precision;
}

TEST(LingvoAveragePrecisionTest, PerfectDetectionsOfFewObjectsHaveLessThanOne) {
  std::vector<LingvoTruth> truths;
  std::vector<LingvoDetection> detections;
  for (int i = 1; i <= 60; ++i) {
    // Images tell objects at one place apart.
    truths.push_back({At(0), i, Ignore::kNone});
    detections.push_back({At(0), i, false, 1.0 / i});
    EXPECT_DOUBLE_EQ(Mean(truths, detections, LingvoAlgorithm::kKitti), std::min(i, 41) / 41.0);
    EXPECT_DOUBLE_EQ(Mean(truths, detections, LingvoAlgorithm::kVoc), 1);
  }
}

TEST(LingvoAveragePrecisionTest, KittiSumsRawPrecisions) {
  // False, found, found.
  const std::vector<LingvoTruth> truths = {Truth(0), Truth(5)};
  const std::vector<LingvoDetection> detections = {Found(9, 0.9), Found(0, 0.8), Found(5, 0.7)};
  const auto score = LingvoAveragePrecision(truths, detections, 0.5, 5, LingvoAlgorithm::kKitti);
  EXPECT_DOUBLE_EQ(score->average_precision, (1.0 / 2 + 2.0 / 3) / 5);
  EXPECT_THAT(score->precisions, ElementsAre(2.0 / 3, 2.0 / 3, 0, 0, 0));
  EXPECT_THAT(score->recalls, ElementsAre(0, 0.25, 0.5, 0.75, 1));
  EXPECT_THAT(score->hits, ElementsAre(false, true, true));
}

TEST(LingvoAveragePrecisionTest, VocTakesTheBestPrecisionFromEachRecallOn) {
  // Found, false, found: precisions 1, 1/2, 2/3 at recalls 1/2, 1/2, 1.
  const std::vector<LingvoTruth> truths = {Truth(0), Truth(5)};
  const std::vector<LingvoDetection> detections = {Found(5, 0.7), Found(0, 0.9), Found(9, 0.8)};
  const auto score = LingvoAveragePrecision(truths, detections, 0.5, 4, LingvoAlgorithm::kVoc);
  // At recalls 1, 3/4, 1/2, 1/4, 0.
  EXPECT_DOUBLE_EQ(score->average_precision, (2.0 / 3 + 2.0 / 3 + 1 + 1 + 1) / 5);
  EXPECT_THAT(score->precisions, ElementsAre(2.0 / 3, 2.0 / 3, 1, 1));
  EXPECT_THAT(score->recalls, ElementsAre(1, 0.75, 0.5, 0.25));
}

TEST(LingvoAveragePrecisionTest, WhatIsIgnoredDoesNotCount) {
  for (const LingvoAlgorithm algorithm : {LingvoAlgorithm::kKitti, LingvoAlgorithm::kVoc}) {
    const double perfect = Mean({Truth(0)}, {Found(0, 0.5)}, algorithm);
    // One takes one detection, the second of which is false; the other excuses both.
    const std::vector<LingvoDetection> detections = {Found(0, 0.5), Found(5, 0.9), Found(5, 0.8)};
    EXPECT_DOUBLE_EQ(Mean({Truth(0), Truth(5, Ignore::kOne)}, detections, algorithm), perfect / 2);
    EXPECT_DOUBLE_EQ(Mean({Truth(0), Truth(5, Ignore::kAll)}, detections, algorithm), perfect);
    std::vector<LingvoDetection> ignored = detections;
    ignored[1].is_ignored = ignored[2].is_ignored = true;
    EXPECT_DOUBLE_EQ(Mean({Truth(0)}, ignored, algorithm), perfect);
  }
}

TEST(LingvoAveragePrecisionTest, OverlapsAreAboveTheLimitOrReachIt) {
  // 0.5 of 1.
  LingvoDetection half = Found(0, 1);
  half.box.length = 0.5;
  EXPECT_DOUBLE_EQ(Mean({Truth(0)}, {half}, LingvoAlgorithm::kKitti), 0);
  EXPECT_DOUBLE_EQ(Mean({Truth(0)}, {half}, LingvoAlgorithm::kVoc), 1);
}

TEST(LingvoAveragePrecisionTest, WithoutTruthsItIsZeroOrNan) {
  EXPECT_EQ(Mean({}, {Found(0, 1)}, LingvoAlgorithm::kKitti), 0);
  EXPECT_TRUE(std::isnan(Mean({}, {Found(0, 1)}, LingvoAlgorithm::kVoc)));
  EXPECT_EQ(Mean({Truth(0)}, {}, LingvoAlgorithm::kVoc), 0);
}

TEST(LingvoAveragePrecisionTest, ErrorsNameTheValue) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto invalid = absl::StatusCode::kInvalidArgument;
  const auto kitti = LingvoAlgorithm::kKitti;
  EXPECT_THAT(LingvoAveragePrecision({}, {}, 0.5, 1, kitti),
              StatusIs(invalid, HasSubstr("there are 1 points of recall")));
  EXPECT_THAT(LingvoAveragePrecision({}, {}, nan, 41, kitti),
              StatusIs(invalid, HasSubstr("min_iou is nan")));
  EXPECT_THAT(LingvoAveragePrecision({}, {Found(0, 1), Found(0, nan)}, 0.5, 41, kitti),
              StatusIs(invalid, HasSubstr("detection 1 has the score nan")));
}

}  // namespace
}  // namespace frazo::detection::score
