#include "core/boxes/oriented_nms.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "core/numeric/random.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::boxes {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Cubes of side 1 whose centres are on the x axis.
std::vector<Box> CubesAt(const std::vector<double>& places) {
  std::vector<Box> boxes;
  for (const double x : places) boxes.push_back({x, 0, 0, 1, 1, 1, 0});
  return boxes;
}

TEST(OrientedNmsTest, ABetterBoxDropsWhatItOverlaps) {
  // IoU of neighbours: 0.6 / 1.4 = 0.43. Box 1 drops both, whatever they are to each other.
  const std::vector<Box> boxes = CubesAt({0, 0.4, 0.8, 5});
  const std::vector<float> scores = {0.8, 0.9, 0.7, 0.1};
  EXPECT_THAT(SuppressNonMaxima(boxes, scores, {{0.4, 0, 10}}, IouView::k3d, 1),
              IsOkAndHolds(ElementsAre(ElementsAre(1, 3))));
  EXPECT_THAT(SuppressNonMaxima(boxes, scores, {{0.45, 0, 10}}, IouView::k3d, 1),
              IsOkAndHolds(ElementsAre(ElementsAre(1, 0, 2, 3))));
}

TEST(OrientedNmsTest, ADroppedBoxDropsNone) {
  // 0 drops 1; 2 overlaps 1 alone (IoU of 0 and 2: 0.2 / 1.8).
  EXPECT_THAT(SuppressNonMaxima(CubesAt({0, 0.4, 0.8}), {0.9f, 0.8f, 0.7f}, {{0.4, 0, 10}},
                                IouView::k3d, 1),
              IsOkAndHolds(ElementsAre(ElementsAre(0, 2))));
}

TEST(OrientedNmsTest, AnIouAtTheThresholdIsKept) {
  // Half of a box lies in the other, which it has in common: IoU 0.5, exact in floating point.
  const std::vector<Box> boxes = {{0, 0, 0, 1, 1, 1, 0}, {0, 0, 0, 0.5, 1, 1, 0}};
  EXPECT_THAT(SuppressNonMaxima(boxes, {1.0f, 0.5f}, {{0.5, 0, 10}}, IouView::k3d, 1),
              IsOkAndHolds(ElementsAre(ElementsAre(0, 1))));
  EXPECT_THAT(SuppressNonMaxima(boxes, {1.0f, 0.5f}, {{0.49, 0, 10}}, IouView::k3d, 1),
              IsOkAndHolds(ElementsAre(ElementsAre(0))));
  // Boxes that only touch are kept at threshold 0.
  EXPECT_THAT(
      SuppressNonMaxima(CubesAt({0, 1, 1.5}), {1.0f, 0.5f, 0.25f}, {{0, 0, 10}}, IouView::k3d, 1),
      IsOkAndHolds(ElementsAre(ElementsAre(0, 1))));
}

TEST(OrientedNmsTest, EqualScoresGoByIndex) {
  EXPECT_THAT(SuppressNonMaxima(CubesAt({0, 0, 3, 3}), {0.5f, 0.5f, 0.5f, 0.75f}, {{0.5, 0, 10}},
                                IouView::k3d, 1),
              IsOkAndHolds(ElementsAre(ElementsAre(3, 0))));
}

TEST(OrientedNmsTest, ThresholdsAndLimitsAreThoseOfTheClass) {
  const std::vector<Box> boxes = CubesAt({0, 2, 4});
  // Each row: the scores of a box.
  const std::vector<float> scores = {0.5, 0.5, 0.5, 0.5,  //
                                     0.6, 0.6, 0.6, 0.6,  //
                                     0.7, 0.7, 0.7, 0.7};
  EXPECT_THAT(SuppressNonMaxima(boxes, scores,
                                {{0.5, 0.55, 10}, {0.5, 0, 1}, {0.5, 0, 0}, {0.5, kInfinity, 10}},
                                IouView::k3d, 2),
              IsOkAndHolds(ElementsAre(ElementsAre(2, 1), ElementsAre(2), IsEmpty(), IsEmpty())));
}

TEST(OrientedNmsTest, AScoreAtTheThresholdIsACandidate) {
  EXPECT_THAT(SuppressNonMaxima(CubesAt({0, 2}), {0.5f, 0.25f}, {{0.5, 0.5, 10}}, IouView::k3d, 1),
              IsOkAndHolds(ElementsAre(ElementsAre(0))));
}

TEST(OrientedNmsTest, NanScoresAndImproperBoxesAreNeverKept) {
  std::vector<Box> boxes = CubesAt({0, 2, 4, 6, 8});
  boxes[1].height = 0;
  boxes[2].heading = kNan;
  EXPECT_THAT(SuppressNonMaxima(boxes, {kNan, 1, 1, kInfinity, -kInfinity}, {{0.5, -kInfinity, 10}},
                                IouView::k3d, 1),
              IsOkAndHolds(ElementsAre(ElementsAre(3, 4))));
}

TEST(OrientedNmsTest, FromAboveABoxDropsOnesBelowIt) {
  const std::vector<Box> boxes = {{0, 0, 0, 1, 1, 1, 0}, {0, 0, 5, 1, 1, 1, 0}};
  EXPECT_THAT(SuppressNonMaxima(boxes, {0.5f, 0.75f}, {{0.5, 0, 10}}, IouView::kBirdsEye, 1),
              IsOkAndHolds(ElementsAre(ElementsAre(1))));
}

// By rounds: the best box left is kept, and all that overlap it are struck out.
std::vector<int64_t> StrikeOut(const std::vector<Box>& boxes, const std::vector<float>& scores,
                               int64_t classes, int64_t k, const ClassNms& settings, IouView view) {
  std::vector<bool> is_left(boxes.size());
  for (size_t i = 0; i < boxes.size(); ++i) {
    is_left[i] = scores[i * classes + k] >= settings.score_threshold;
  }
  std::vector<int64_t> kept;
  while (static_cast<int64_t>(kept.size()) < settings.max_kept) {
    int64_t best = -1;
    for (size_t i = 0; i < boxes.size(); ++i) {
      if (is_left[i] && (best < 0 || scores[i * classes + k] > scores[best * classes + k])) {
        best = i;
      }
    }
    if (best < 0) break;
    kept.push_back(best);
    is_left[best] = false;
    for (size_t i = 0; i < boxes.size(); ++i) {
      if (IouBox(boxes[i]).Iou(IouBox(boxes[best]), view) > settings.iou_threshold) {
        is_left[i] = false;
      }
    }
  }
  return kept;
}

TEST(OrientedNmsTest, AgreesWithStrikingOut) {
  for (int64_t example = 0; example < TestExamples(40); ++example) {
    numeric::Random random({TestSeed(1), static_cast<uint64_t>(example)});
    const int64_t count = random.Below(200);
    std::vector<Box> boxes(count);
    for (Box& box : boxes) {
      box = {15 * random.Fraction(),    15 * random.Fraction(),    random.Fraction(),
             1 + 4 * random.Fraction(), 1 + 2 * random.Fraction(), 1 + random.Fraction(),
             7 * random.Fraction()};
    }
    const std::vector<ClassNms> classes = {
        {0, 0.2, 1000}, {0.1, 0, 1000}, {0.3, 0.5, 10}, {0.7, 0, 50}, {1, 0, 1000}};
    std::vector<float> scores(count * classes.size());
    // Few values, so that many are equal.
    for (float& score : scores) score = random.Below(32) / 32.0f;
    const IouView view = example % 2 == 0 ? IouView::k3d : IouView::kBirdsEye;
    const auto kept = SuppressNonMaxima(boxes, scores, classes, view, 1 + example % 3);
    ASSERT_THAT(kept, IsOk());
    ASSERT_EQ(kept->size(), classes.size());
    for (size_t k = 0; k < classes.size(); ++k) {
      ASSERT_EQ((*kept)[k], StrikeOut(boxes, scores, classes.size(), k, classes[k], view)) << k;
    }
  }
}

TEST(OrientedNmsTest, NoBoxesAndNoClasses) {
  EXPECT_THAT(SuppressNonMaxima({}, {}, {{0.5, 0, 10}}, IouView::k3d, 2),
              IsOkAndHolds(ElementsAre(IsEmpty())));
  EXPECT_THAT(SuppressNonMaxima(CubesAt({0}), {}, {}, IouView::k3d, 2), IsOkAndHolds(IsEmpty()));
}

TEST(OrientedNmsTest, ErrorsSayWhatIsWrong) {
  const std::vector<Box> boxes = CubesAt({0, 2});
  const auto expect_error = [&](const std::vector<float>& scores, const ClassNms& settings,
                                int threads, const char* message) {
    EXPECT_THAT(SuppressNonMaxima(boxes, scores, {settings}, IouView::k3d, threads),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
  };
  expect_error({1, 1}, {}, 0, "threads is 0 but must be at least 1");
  expect_error({1, 1, 1}, {}, 1, "there are 3 scores for 2 boxes * 1 classes");
  expect_error({1, 1}, {1.5, 0, 1}, 1, "iou_threshold of class 0 is 1.5 but must be from 0 to 1");
  expect_error({1, 1}, {kNan, 0, 1}, 1, "iou_threshold of class 0 is nan");
  expect_error({1, 1}, {0.5, kNan, 1}, 1, "score_threshold of class 0 is NaN");
  expect_error({1, 1}, {0.5, 0, -1}, 1, "max_kept of class 0 is -1 but must be at least 0");
}

}  // namespace
}  // namespace frazo::boxes
