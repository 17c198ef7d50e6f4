#include "core/detection/score/kitti_matching.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection::score {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using Choice = KittiMatching::Choice;
using Outcome = KittiMatching::Outcome;

constexpr double kAll = -1e9;

// Boxes of 100 x `height` pixels, side by side at different `x`.
ImageBox At(double x, double height = 100) { return {x, 0, x + 100, height}; }

KittiTruth Truth(double x, KittiLabel label = KittiLabel::kCar) {
  return {{x, 0, 0, 100, 100, 100, 0}, At(x), label, 0, 0, 0};
}

KittiDetection Detection(double x, double score, KittiLabel label = KittiLabel::kCar) {
  return {{x, 0, 0, 100, 100, 100, 0}, At(x), label, score, 0};
}

KittiMatching::Assignment Assigned(const KittiScene& scene, Choice choice, double min_score = kAll,
                                   KittiDifficulty difficulty = KittiDifficulty::kModerate,
                                   KittiView view = KittiView::kImage) {
  KittiMatching::Assignment assignment;
  KittiMatching(scene, KittiClass::kCar).Assign(view, difficulty, choice, min_score, &assignment);
  return assignment;
}

TEST(KittiMatchingTest, ThresholdsComeFromTheBestScorePrecisionFromTheBestOverlap) {
  // IoUs of 95 / 105 and 1.
  const KittiScene scene{"", {Truth(0)}, {Detection(5, 0.9), Detection(0, 0.4)}};
  EXPECT_THAT(Assigned(scene, Choice::kHighestScore).hits, ElementsAre(Pair(0, 0)));
  const auto by_overlap = Assigned(scene, Choice::kGreatestOverlap);
  EXPECT_THAT(by_overlap.hits, ElementsAre(Pair(0, 1)));
  EXPECT_THAT(by_overlap.outcomes, ElementsAre(Outcome::kFalsePositive, Outcome::kHit));
  // The better one is below the threshold.
  const auto above = Assigned(scene, Choice::kGreatestOverlap, 0.5);
  EXPECT_THAT(above.hits, ElementsAre(Pair(0, 0)));
  EXPECT_THAT(above.outcomes, ElementsAre(Outcome::kHit, Outcome::kIgnored));
}

TEST(KittiMatchingTest, AnOverlapMustBeAboveTheLimit) {
  // 700 / 1000 = 0.7 exactly; one pixel more is enough.
  KittiScene scene{"", {Truth(0)}, {Detection(0, 1)}};
  scene.truths[0].image_box = {0, 0, 1000, 100};
  scene.detections[0].image_box = {0, 0, 700, 100};
  EXPECT_EQ(Assigned(scene, Choice::kGreatestOverlap).misses, 1);
  scene.detections[0].image_box.x_max = 701;
  EXPECT_EQ(Assigned(scene, Choice::kGreatestOverlap).misses, 0);
}

TEST(KittiMatchingTest, AVanTakesADetectionWithoutCounting) {
  const KittiScene scene{"", {Truth(0, KittiLabel::kVan), Truth(300)}, {Detection(0, 1)}};
  const auto assignment = Assigned(scene, Choice::kGreatestOverlap);
  EXPECT_THAT(assignment.hits, IsEmpty());
  EXPECT_THAT(assignment.outcomes, ElementsAre(Outcome::kIgnored));
  EXPECT_EQ(assignment.misses, 1);
}

TEST(KittiMatchingTest, AnotherClassIsNoCandidateUnlessItIsLow) {
  const KittiScene high{"", {Truth(0)}, {Detection(0, 1, KittiLabel::kCyclist)}};
  EXPECT_EQ(Assigned(high, Choice::kGreatestOverlap).misses, 1);
  KittiScene low = high;
  low.truths[0].image_box.y_max = 25.5;
  low.detections[0].image_box.y_max = 24.9;
  const auto assignment = Assigned(low, Choice::kGreatestOverlap);
  EXPECT_EQ(assignment.misses, 0);
  EXPECT_THAT(assignment.hits, IsEmpty());
}

TEST(KittiMatchingTest, ADetectionThatCountsIsChosenBeforeALowOne) {
  KittiScene scene{"", {Truth(0)}, {Detection(0, 1), Detection(5, 1)}};
  scene.truths[0].image_box.y_max = 26;
  scene.detections[0].image_box.y_max = 24;
  scene.detections[1].image_box.y_max = 26;
  EXPECT_THAT(Assigned(scene, Choice::kGreatestOverlap).hits, ElementsAre(Pair(0, 1)));
  // The first of equal scores, which does not count.
  EXPECT_THAT(Assigned(scene, Choice::kHighestScore).hits, IsEmpty());
}

TEST(KittiMatchingTest, DifficultiesAskForHeightOcclusionAndTruncation) {
  const auto counts = [](double height, int occlusion, double truncation) {
    KittiTruth truth = Truth(0);
    truth.image_box = At(0, height);
    truth.occlusion = occlusion;
    truth.truncation = truncation;
    const KittiMatching matching({"", {truth}, {}}, KittiClass::kCar);
    return 4 * matching.CountTruths(KittiDifficulty::kEasy) +
           2 * matching.CountTruths(KittiDifficulty::kModerate) +
           matching.CountTruths(KittiDifficulty::kHard);
  };
  EXPECT_EQ(counts(40.1, 0, 0.15), 7);
  EXPECT_EQ(counts(40, 0, 0.15), 3);
  EXPECT_EQ(counts(40.1, 1, 0.15), 3);
  EXPECT_EQ(counts(40.1, 0, 0.16), 3);
  EXPECT_EQ(counts(25, 0, 0), 0);
  EXPECT_EQ(counts(25.1, 2, 0), 1);
  EXPECT_EQ(counts(25.1, 0, 0.31), 1);
  EXPECT_EQ(counts(25.1, 3, 0), 0);
  EXPECT_EQ(counts(25.1, 0, 0.51), 0);
}

TEST(KittiMatchingTest, DontCareAreasExcuseDetectionsInTheImageOnly) {
  KittiScene scene{"", {Truth(0, KittiLabel::kDontCare)}, {Detection(20, 1), Detection(40, 1)}};
  // They cover 80% and 60% of the detections.
  EXPECT_THAT(Assigned(scene, Choice::kGreatestOverlap).outcomes,
              ElementsAre(Outcome::kIgnored, Outcome::kFalsePositive));
  EXPECT_THAT(
      Assigned(scene, Choice::kGreatestOverlap, kAll, KittiDifficulty::kModerate, KittiView::k3d)
          .outcomes,
      ElementsAre(Outcome::kFalsePositive, Outcome::kFalsePositive));
  // Who is found is a hit nonetheless.
  scene.truths.push_back(Truth(20));
  EXPECT_THAT(Assigned(scene, Choice::kGreatestOverlap).hits, ElementsAre(Pair(0, 0)));
}

TEST(KittiMatchingTest, ViewsCompareWhatTheyShow) {
  KittiScene scene{"", {Truth(0)}, {Detection(0, 1)}};
  scene.detections[0].box.z = 50;
  const auto misses = [&](KittiView view) {
    return Assigned(scene, Choice::kGreatestOverlap, kAll, KittiDifficulty::kEasy, view).misses;
  };
  EXPECT_EQ(misses(KittiView::kImage), 0);
  EXPECT_EQ(misses(KittiView::kBirdsEye), 0);
  EXPECT_EQ(misses(KittiView::k3d), 1);
  scene.detections[0].box.y = 50;
  EXPECT_EQ(misses(KittiView::kBirdsEye), 1);
  scene.detections[0].image_box = At(300);
  EXPECT_EQ(misses(KittiView::kImage), 1);
}

TEST(KittiMatchingTest, OppositeOrientationsHaveNoSimilarity) {
  KittiScene scene{"", {Truth(0)}, {Detection(0, 1), Detection(0, 1), Detection(0, 1)}};
  scene.truths[0].alpha = 1;
  scene.detections[0].alpha = 1;
  scene.detections[1].alpha = 1 + 3.14159265358979;
  scene.detections[2].alpha = 1 - 3.14159265358979 / 2;
  const KittiMatching matching(scene, KittiClass::kCar);
  EXPECT_DOUBLE_EQ(matching.OrientationSimilarity(0, 0), 1);
  EXPECT_NEAR(matching.OrientationSimilarity(0, 1), 0, 1e-9);
  EXPECT_NEAR(matching.OrientationSimilarity(0, 2), 0.5, 1e-9);
}

}  // namespace
}  // namespace frazo::detection::score
