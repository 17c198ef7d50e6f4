#include "core/detection/score/recall_thresholds.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection::score {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RecallThresholdsTest, FewObjectsGiveAThresholdEach) {
  EXPECT_THAT(ThresholdsAtRecalls({0.2, 0.9, 0.5}, 3, {0, 0.25, 0.5, 0.75, 1}),
              ElementsAre(0.9, 0.5, 0.2));
  EXPECT_THAT(ThresholdsAtRecalls({}, 3, {0, 1}), IsEmpty());
}

TEST(RecallThresholdsTest, ManyObjectsAreThinnedOut) {
  // Recalls 0.1 to 1. Of 0, 0.1 is closest; of 0.5, 0.5; of 1, 1.
  EXPECT_THAT(ThresholdsAtRecalls({10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 10, {0, 0.5, 1}),
              ElementsAre(10, 6, 1));
}

TEST(RecallThresholdsTest, TheLastScoreCountsEvenIfItIsFarFromTheRecallWanted) {
  // Recalls 0.1 to 0.7: the last comes closest to 1.
  EXPECT_THAT(ThresholdsAtRecalls({10, 9, 8, 7, 6, 5, 4}, 10, {0, 0.5, 1}), ElementsAre(10, 6, 4));
}

TEST(RecallThresholdsTest, OfTwoAsCloseTheFirstIsTaken) {
  // 0.5 lies halfway between 0.4 and 0.6.
  EXPECT_THAT(ThresholdsAtRecalls({5, 4, 3, 2, 1}, 5, {0, 0.5, 1}), ElementsAre(5, 4, 1));
}

}  // namespace
}  // namespace frazo::detection::score
