#include "core/detection/score/recall_area.h"

#include "gtest/gtest.h"

namespace frazo::detection::score {
namespace {

TEST(RecallAreaTest, TheExamplesOfWaymosPackage) {
  // waymo_open_dataset/metrics/metrics_utils_test.cc.
  EXPECT_NEAR(AreaUnderPrecisions({}, 0.05), 0, 1e-6);
  EXPECT_NEAR(AreaUnderPrecisions({{0.1, 0.2}}, 0.05), 0.2 * 0.1, 1e-6);
  EXPECT_NEAR(AreaUnderPrecisions({{0.1, 0.2}, {0.05, 1}}, 0.05),
              0.05 * 0.8 + 0.1 * 0.2 + 0.05 * 0.05 / 2, 1e-6);
  EXPECT_NEAR(AreaUnderPrecisions({{0.1, 0.2}, {0.05, 1}}, 1), 0.2 * 0.1 + 0.15 * 0.8 / 2, 1e-6);
  EXPECT_NEAR(AreaUnderPrecisions({{0.1, 0.2}, {0, 0.4}, {0.05, 1}}, 0.05),
              0.05 * 0.8 + 0.1 * 0.2 + 0.05 * 0.05 / 2, 1e-6);
}

TEST(RecallAreaTest, OfPointsAtOneRecallTheBestCounts) {
  EXPECT_NEAR(AreaUnderPrecisions({{0.5, 1}, {0.8, 1}, {0.6, 1}}, 0.05), 0.8, 1e-12);
  EXPECT_NEAR(AreaUnderPrecisions({{0.4, 1}, {0.6, 0.98}, {0.8, 0.98}}, 0.05),
              0.8 * 0.98 + 0.02 * 0.6, 1e-12);
}

TEST(RecallAreaTest, PointsAtRecallZeroDoNotCount) {
  EXPECT_EQ(AreaUnderPrecisions({{1, 0}, {1, 0}}, 0.05), 0);
  EXPECT_NEAR(AreaUnderPrecisions({{1, 0}, {0.3, 0.5}}, 0.05), 0.15, 1e-12);
}

}  // namespace
}  // namespace frazo::detection::score
