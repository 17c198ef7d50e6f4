#include "core/decode/ctc/prefix_scores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/decode/ctc/log_add.h"
#include "core/numeric/random.h"
#include "core/testing/test_variation.h"

namespace frazo::decode {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatNear;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Follows one hypothesis from token to token.
class Hypothesis {
 public:
  explicit Hypothesis(const CtcUtterance& utterance)
      : utterance_(utterance), forward_(2 * utterance.frames()) {
    StartPrefix(utterance_, forward_.data());
  }

  void Extend(int32_t token) {
    std::vector<double> next(forward_.size());
    log_prefix_ = ExtendPrefix(utterance_, forward_.data(), last_, token, next.data());
    forward_ = next;
    last_ = token;
  }

  // The scores of all tokens but the blank; that of `eos` is that of the end.
  std::vector<float> Scores(int32_t eos) const {
    std::vector<float> scores(utterance_.classes - 1);
    ScoreNextTokens(utterance_, forward_.data(), last_, log_prefix_, eos, scores.data());
    return scores;
  }

  double log_prefix() const { return log_prefix_; }

 private:
  CtcUtterance utterance_;
  std::vector<double> forward_;
  int32_t last_ = kEmptyPrefix;
  double log_prefix_ = 0;
};

TEST(CtcPrefixScoresTest, HandComputedNumbers) {
  // Two frames of the tokens 0, 1, an end that no frame has, and the blank.
  const std::vector<float> probabilities = {0.5, 0.3, 0, 0.2, 0.4, 0.1, 0, 0.5};
  Hypothesis hypothesis({4, probabilities});
  // Texts that begin with 0: 0.5 + 0.2 * 0.4; with 1: 0.3 + 0.2 * 0.1; the empty text: 0.2 * 0.5.
  EXPECT_THAT(hypothesis.Scores(2),
              ElementsAre(FloatNear(-0.544727f, 1e-5), FloatNear(-1.139434f, 1e-5),
                          FloatNear(-2.302585f, 1e-5)));
  hypothesis.Extend(0);
  EXPECT_NEAR(hypothesis.log_prefix(), -0.544727, 1e-5);
  // There is no frame for a blank between two 0. 0 and then 1: 0.5 * 0.1 of 0.58. The text 0: 0.5 *
  // 0.5 + (0.5 + 0.2) * 0.4, 0.53 of 0.58.
  EXPECT_THAT(hypothesis.Scores(2),
              ElementsAre(-kInfinity, FloatNear(-2.451005f, 1e-5), FloatNear(-0.090151f, 1e-5)));
  hypothesis.Extend(1);
  EXPECT_THAT(hypothesis.Scores(2), ElementsAre(-kInfinity, -kInfinity, 0));
}

// The logarithm of the sum of the probabilities of all alignments of a text.
double TextProbability(const CtcUtterance& utterance, const std::vector<int32_t>& text) {
  double sum = 0;
  std::vector<int32_t> alignment(utterance.frames(), 0);
  while (true) {
    std::vector<int32_t> collapsed;
    double probability = 1;
    for (int64_t frame = 0; frame < utterance.frames(); ++frame) {
      const int32_t symbol = alignment[frame];
      probability *= utterance.at(frame, symbol);
      const bool is_new = frame == 0 || alignment[frame - 1] != symbol;
      if (is_new && symbol != utterance.classes - 1) collapsed.push_back(symbol);
    }
    if (collapsed == text) sum += probability;
    size_t digit = 0;
    while (digit < alignment.size() && ++alignment[digit] == utterance.classes) {
      alignment[digit++] = 0;
    }
    if (digit == alignment.size()) return std::log(sum);
  }
}

TEST(CtcPrefixScoresTest, TheScoresOfATextAddUpToTheSumOfItsAlignments) {
  const uint64_t seed = TestSeed(1);
  constexpr int32_t kEos = 0;
  for (int64_t example = 0; example < TestExamples(100); ++example) {
    numeric::Random random({seed, static_cast<uint64_t>(example)});
    CtcUtterance utterance;
    utterance.classes = 4;
    const int64_t frames = random.Below(6);
    std::vector<float> probabilities;
    for (int64_t frame = 0; frame < frames; ++frame) {
      // No frame has the token that ends texts.
      std::vector<double> weights = {0, random.Fraction(), random.Fraction(), random.Fraction()};
      for (const double weight : weights) {
        probabilities.push_back(weight / (weights[1] + weights[2] + weights[3]));
      }
    }
    utterance.probabilities = probabilities;
    Hypothesis hypothesis(utterance);
    std::vector<int32_t> text;
    double total = 0;
    for (uint64_t length = random.Below(4); length > 0; --length) {
      const int32_t token = 1 + random.Below(2);
      const std::vector<float> scores = hypothesis.Scores(kEos);
      double sum = kImpossible;
      for (const float score : scores) sum = LogAdd(sum, score);
      if (total != kImpossible) {
        EXPECT_NEAR(sum, 0, 1e-5) << "example " << example;
      }
      total += scores[token];
      text.push_back(token);
      hypothesis.Extend(token);
      if (total == kImpossible) break;
      EXPECT_NEAR(hypothesis.log_prefix(), total, 1e-4) << "example " << example;
    }
    const double expected = TextProbability(utterance, text);
    if (total == kImpossible) {
      EXPECT_EQ(expected, kImpossible) << "example " << example;
      EXPECT_THAT(hypothesis.Scores(kEos), Each(-kInfinity));
    } else {
      EXPECT_NEAR(total + hypothesis.Scores(kEos)[kEos], expected, 1e-4) << "example " << example;
    }
  }
}

TEST(CtcPrefixScoresTest, LongUtterancesDoNotUnderflow) {
  constexpr int64_t kFrames = 3000;
  std::vector<float> probabilities;
  for (int64_t frame = 0; frame < kFrames; ++frame) {
    probabilities.insert(probabilities.end(), {0, 0.6f, 0.4f});
  }
  Hypothesis hypothesis({3, probabilities});
  for (int64_t token = 0; token < 700; ++token) hypothesis.Extend(1);
  const std::vector<float> scores = hypothesis.Scores(0);
  EXPECT_TRUE(std::isfinite(hypothesis.log_prefix()));
  EXPECT_TRUE(std::isfinite(scores[0]));
  EXPECT_NEAR(LogAdd(scores[0], scores[1]), 0, 1e-5);
}

TEST(LogAddTest, AddsProbabilities) {
  EXPECT_NEAR(LogAdd(std::log(0.25), std::log(0.5)), std::log(0.75), 1e-12);
  EXPECT_EQ(LogAdd(kImpossible, -3), -3);
  EXPECT_EQ(LogAdd(-3, kImpossible), -3);
  EXPECT_EQ(LogAdd(kImpossible, kImpossible), kImpossible);
}

}  // namespace
}  // namespace frazo::decode
