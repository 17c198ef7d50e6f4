#include "core/decode/row_scan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/numeric/random.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::decode {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

class RowScanTest : public testing::Test {
 protected:
  float Scan(const std::vector<float>& scores, int64_t kept, TokenFilter filter = TokenFilter()) {
    memory_.assign(kept, {});
    list_ = CandidateList(absl::MakeSpan(memory_));
    return ScanLogits(scores, filter, &list_);
  }

  std::vector<int32_t> Tokens() const {
    std::vector<int32_t> tokens;
    for (const Candidate candidate : list_.candidates()) tokens.push_back(candidate.token);
    return tokens;
  }

  std::vector<Candidate> memory_;
  CandidateList list_;
};

double LogSumExp(const std::vector<float>& scores) {
  double best = -kInfinity;
  for (const float score : scores) best = std::max<double>(best, score);
  double sum = 0;
  for (const float score : scores) sum += std::exp(score - best);
  return best + std::log(sum);
}

TEST_F(RowScanTest, SumsAndSortsAsASimpleLoopDoes) {
  numeric::Random random({TestSeed(7)});
  for (const int64_t size : {1, 2, 63, 64, 65, 128, 1000, 4111}) {
    for (const float scale : {0.001f, 1.0f, 8.0f, 3000.0f}) {
      std::vector<float> scores(size);
      // The scores take few values, so that many are equal.
      for (float& score : scores) score = scale * (static_cast<float>(random.Below(200)) / 25 - 5);
      const int64_t kept = std::min<int64_t>(size, 1 + random.Below(12));
      const float sum = Scan(scores, kept);
      EXPECT_NEAR(sum, LogSumExp(scores), 1e-6 * std::max(1.0, std::abs(LogSumExp(scores))));

      std::vector<int32_t> order(size);
      for (int64_t i = 0; i < size; ++i) order[i] = i;
      std::stable_sort(order.begin(), order.end(),
                       [&](int32_t left, int32_t right) { return scores[left] > scores[right]; });
      order.resize(kept);
      EXPECT_EQ(Tokens(), order) << "size " << size << " scale " << scale;
      list_ = CandidateList(absl::MakeSpan(memory_));
      ScanLogProbabilities(scores, TokenFilter(), &list_);
      EXPECT_EQ(Tokens(), order) << "size " << size << " scale " << scale;
    }
  }
}

// Each chunk moves the reference of the sum, which must not overflow.
TEST_F(RowScanTest, FollowsScoresThatRise) {
  std::vector<float> scores;
  for (int i = 0; i < 2000; ++i) scores.push_back(0.5f * i);
  // The geometric series: 999.5 - log(1 - exp(-0.5)).
  EXPECT_NEAR(Scan(scores, 2), 1000.432752, 1e-3);
  EXPECT_THAT(Tokens(), ElementsAre(1999, 1998));
}

TEST_F(RowScanTest, PassesOverNanAndMinusInfinity) {
  std::vector<float> scores(130, kNan);
  scores[3] = 1;
  scores[70] = -kInfinity;
  scores[129] = 1;
  // log(2 e)
  EXPECT_NEAR(Scan(scores, 4), 1.693147, 1e-6);
  EXPECT_THAT(Tokens(), ElementsAre(3, 129));
}

TEST_F(RowScanTest, HasNoSumOfNothing) {
  EXPECT_EQ(Scan(std::vector<float>(70, kNan), 2), -kInfinity);
  EXPECT_THAT(Tokens(), IsEmpty());
  EXPECT_EQ(Scan(std::vector<float>(70, -kInfinity), 2), -kInfinity);
  EXPECT_THAT(Tokens(), IsEmpty());
}

TEST_F(RowScanTest, SaysThatAScoreIsInfinite) {
  std::vector<float> scores(200, 1);
  scores[100] = kInfinity;
  EXPECT_EQ(Scan(scores, 2), kInfinity);
  EXPECT_THAT(Tokens(), ElementsAre(100, 0));
}

TEST_F(RowScanTest, CountsWhatTheFilterKeepsOut) {
  const std::vector<float> scores = {1, 2, 3, 4, 5};
  const std::vector<uint64_t> banned = {0b10000};
  const std::vector<int32_t> also_banned = {2};
  EXPECT_NEAR(Scan(scores, 3, TokenFilter(banned, also_banned)), LogSumExp(scores), 1e-6);
  EXPECT_THAT(Tokens(), ElementsAre(3, 1, 0));
}

}  // namespace
}  // namespace frazo::decode
