#include "core/kernels/conv/weighted_runs.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::conv {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(AddWeightedRunsTest, AddsEachRunTimesItsWeight) {
  std::vector<float> from = {1, 2, 3, 4, 5};
  from.resize(from.size() + kRunOverread, 1e30f);
  const std::vector<WeightedRun> runs = {{0, 10}, {2, -1}};
  std::vector<float> sum = {100, 200, 300};
  AddWeightedRuns(from.data(), runs.data(), runs.size(), 3, sum.data());
  // 100 + 10 * 1 - 3, 200 + 10 * 2 - 4, 300 + 10 * 3 - 5.
  EXPECT_THAT(sum, ElementsAre(107, 216, 325));
}

TEST(AddWeightedRunsTest, NoRunsAddNothing) {
  const std::vector<float> from(kRunOverread + 2, 7);
  std::vector<float> sum = {1, 2};
  AddWeightedRuns(from.data(), nullptr, 0, 2, sum.data());
  EXPECT_THAT(sum, ElementsAre(1, 2));
}

// Every length up to three blocks of seven vectors, so that each way to cut it comes up.
TEST(AddWeightedRunsTest, WritesExactlyTheLength) {
  constexpr int64_t kLongest = 3 * 7 * 16;
  std::vector<float> from(kLongest + 1 + kRunOverread);
  for (int64_t i = 0; i < from.size(); ++i) from[i] = i;
  const std::vector<WeightedRun> runs = {{0, 1}, {1, 2}};
  for (int64_t length = 0; length <= kLongest; ++length) {
    std::vector<float> sum(kLongest + 1, -1);
    AddWeightedRuns(from.data(), runs.data(), runs.size(), length, sum.data());
    for (int64_t i = 0; i < length; ++i) ASSERT_EQ(sum[i], -1 + i + 2 * (i + 1)) << length;
    ASSERT_THAT(std::vector<float>(sum.begin() + length, sum.end()), Each(-1)) << length;
  }
}

}  // namespace
}  // namespace frazo::conv
