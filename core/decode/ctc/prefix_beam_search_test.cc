#include "core/decode/ctc/prefix_beam_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/decode/row_workers.h"
#include "core/numeric/random.h"
#include "core/testing/test_variation.h"

namespace frazo::decode {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pair;

using Text = std::vector<int32_t>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Matches a text and its score.
auto Near(const Text& text, float score) { return Pair(text, FloatNear(score, 1e-5)); }

// The texts of an utterance with their scores, best first.
using Scored = std::vector<std::pair<Text, float>>;

std::vector<float> Logarithms(const std::vector<double>& probabilities) {
  std::vector<float> logarithms;
  for (const double p : probabilities) logarithms.push_back(static_cast<float>(std::log(p)));
  return logarithms;
}

absl::StatusOr<std::vector<Scored>> Search(const std::vector<float>& log_probabilities,
                                           int64_t classes, const std::vector<int32_t>& lengths,
                                           const CtcBeamOptions& options, int threads = 1) {
  CtcFrames frames;
  frames.batch = lengths.size();
  frames.classes = classes;
  frames.time = lengths.empty() ? 0 : log_probabilities.size() / lengths.size() / classes;
  frames.log_probabilities = log_probabilities;
  frames.lengths = lengths;
  RowWorkers workers(threads);
  const auto texts = CtcBeamSearch(frames, options, &workers);
  if (!texts.ok()) return texts.status();
  std::vector<Scored> found(lengths.size());
  for (size_t i = 0; i < texts->scores.size(); ++i) {
    if (texts->scores[i] == -kInfinity) continue;
    const auto begin = texts->tokens.begin() + i * texts->longest;
    found[i / options.n_best].emplace_back(Text(begin, begin + texts->lengths[i]),
                                           texts->scores[i]);
  }
  return found;
}

CtcBeamOptions Options(int64_t width, int64_t n_best) {
  CtcBeamOptions options;
  options.width = width;
  options.n_best = n_best;
  return options;
}

// Sums the probabilities of all alignments of each text.
class AllAlignments {
 public:
  AllAlignments(const std::vector<float>& log_probabilities, int64_t classes, int64_t time)
      : log_probabilities_(log_probabilities), classes_(classes), time_(time) {
    Text alignment;
    Visit(&alignment, 1);
  }

  const std::map<Text, double>& probabilities() const { return probabilities_; }

 private:
  void Visit(Text* alignment, double probability) {
    const int64_t at = alignment->size();
    if (at == time_) {
      probabilities_[Collapsed(*alignment)] += probability;
      return;
    }
    for (int32_t symbol = 0; symbol < classes_; ++symbol) {
      alignment->push_back(symbol);
      Visit(alignment, probability * std::exp(log_probabilities_[at * classes_ + symbol]));
      alignment->pop_back();
    }
  }

  Text Collapsed(const Text& alignment) const {
    Text text;
    int32_t before = -1;
    for (const int32_t symbol : alignment) {
      if (symbol != before && symbol != classes_ - 1) text.push_back(symbol);
      before = symbol;
    }
    return text;
  }

  const std::vector<float>& log_probabilities_;
  int64_t classes_;
  int64_t time_;
  std::map<Text, double> probabilities_;
};

std::vector<float> RandomFrames(numeric::Random* random, int64_t time, int64_t classes) {
  std::vector<float> values;
  for (int64_t frame = 0; frame < time; ++frame) {
    std::vector<double> weights;
    double sum = 0;
    for (int64_t symbol = 0; symbol < classes; ++symbol) {
      // Now and then a symbol is impossible.
      weights.push_back(random->Below(8) == 0 ? 0 : std::exp(4 * random->Fraction()));
      sum += weights.back();
    }
    for (const double weight : weights) {
      values.push_back(sum == 0 ? -kInfinity : static_cast<float>(std::log(weight / sum)));
    }
  }
  return values;
}

TEST(CtcBeamSearchTest, HandComputedScores) {
  // Two frames of the token 0, with probability 0.4 and 0.3, and the blank. The best alignment is
  // without the token, 0.6 * 0.7, but three alignments have it once: 0.4 * 0.3 + 0.4 * 0.7 + 0.6 *
  // 0.3.
  const auto found = Search(Logarithms({0.4, 0.6, 0.3, 0.7}), 2, {2}, Options(4, 4));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT((*found)[0], ElementsAre(Near({0}, -0.544727f), Near({}, -0.867501f)));
}

TEST(CtcBeamSearchTest, EqualTokensNeedABlankBetweenThem) {
  // Three frames: 00 has the alignment 0-0 only, 0.5 * 0.25 * 0.5.
  const auto found = Search(Logarithms({0.5, 0.5, 0.75, 0.25, 0.5, 0.5}), 2, {3}, Options(8, 8));
  ASSERT_TRUE(found.ok()) << found.status();
  // The blank alone: 0.5 * 0.25 * 0.5, too. Of equal scores the shorter text comes first.
  EXPECT_THAT((*found)[0], ElementsAre(Near({0}, std::log(0.875f)), Near({}, -2.772589f),
                                       Near({0, 0}, -2.772589f)));
}

TEST(CtcBeamSearchTest, OfEqualScoresAndLengthsTheSmallerTokensComeFirst) {
  const auto found = Search(Logarithms({0.25, 0.25, 0.25, 0.25}), 4, {1}, Options(3, 3));
  ASSERT_TRUE(found.ok()) << found.status();
  const float score = std::log(0.25f);
  EXPECT_THAT((*found)[0],
              ElementsAre(Pair(Text{}, score), Pair(Text{0}, score), Pair(Text{1}, score)));
}

TEST(CtcBeamSearchTest, AWideBeamFindsWhatAllAlignmentsGive) {
  const uint64_t seed = TestSeed(1);
  for (int64_t example = 0; example < TestExamples(200); ++example) {
    numeric::Random random({seed, static_cast<uint64_t>(example)});
    const int64_t time = random.Below(6);
    const int64_t classes = 1 + random.Below(4);
    const std::vector<float> frames = RandomFrames(&random, time, classes);
    const AllAlignments all(frames, classes, time);
    const auto found = Search(frames, classes, {static_cast<int32_t>(time)}, Options(2000, 2000));
    ASSERT_TRUE(found.ok()) << found.status();
    float before = kInfinity;
    size_t possible = 0;
    for (const auto& [text, probability] : all.probabilities()) possible += probability > 0;
    EXPECT_EQ((*found)[0].size(), possible) << "example " << example;
    for (const auto& [text, score] : (*found)[0]) {
      EXPECT_LE(score, before);
      before = score;
      const auto expected = all.probabilities().find(text);
      ASSERT_NE(expected, all.probabilities().end());
      EXPECT_NEAR(score, std::log(expected->second), 1e-5) << "example " << example;
    }
  }
}

TEST(CtcBeamSearchTest, ANarrowBeamNeverCountsAnAlignmentTwice) {
  const uint64_t seed = TestSeed(2);
  for (int64_t example = 0; example < TestExamples(200); ++example) {
    numeric::Random random({seed, static_cast<uint64_t>(example)});
    const int64_t time = 1 + random.Below(6);
    const int64_t classes = 2 + random.Below(3);
    const std::vector<float> frames = RandomFrames(&random, time, classes);
    const AllAlignments all(frames, classes, time);
    CtcBeamOptions options = Options(1 + random.Below(5), 1);
    options.n_best = options.width;
    options.token_gap = random.Below(2) == 0 ? kInfinity : 2;
    const auto found = Search(frames, classes, {static_cast<int32_t>(time)}, options);
    ASSERT_TRUE(found.ok()) << found.status();
    std::map<Text, float> distinct((*found)[0].begin(), (*found)[0].end());
    EXPECT_EQ(distinct.size(), (*found)[0].size()) << "example " << example;
    for (const auto& [text, score] : distinct) {
      ASSERT_TRUE(all.probabilities().count(text)) << "example " << example;
      EXPECT_LE(score, std::log(all.probabilities().at(text)) + 1e-5) << "example " << example;
    }
  }
}

TEST(CtcBeamSearchTest, ATokenBelowTheGapMakesNoPrefix) {
  const std::vector<float> frames = Logarithms({0.7, 0.1, 0.2, 0.1, 0.7, 0.2});
  CtcBeamOptions options = Options(20, 20);
  // 0.1 is 7 times less than 0.7, and exp(2) is 7.4.
  options.token_gap = 2;
  const auto all = Search(frames, 3, {2}, options);
  ASSERT_TRUE(all.ok()) << all.status();
  // Both tokens, alone and behind each other in both orders, or equal ones: not in two frames.
  EXPECT_EQ((*all)[0].size(), 5);
  options.token_gap = 1.9f;
  const auto near = Search(frames, 3, {2}, options);
  ASSERT_TRUE(near.ok()) << near.status();
  // In the second frame the token 0 makes no prefix, but the prefix 0 is there and has all its
  // alignments: 00, 0- and -0.
  EXPECT_THAT((*near)[0], ElementsAre(Near({0, 1}, std::log(0.49f)),
                                      Near({0}, std::log(0.7f * 0.3f + 0.2f * 0.1f)),
                                      Near({1}, std::log(0.2f * 0.7f)), Near({}, std::log(0.04f))));
}

TEST(CtcBeamSearchTest, AnUtteranceDoesNotDependOnItsBatchNorOnTheThreads) {
  numeric::Random random({TestSeed(3)});
  constexpr int64_t kTime = 40;
  constexpr int64_t kClasses = 12;
  const std::vector<int32_t> lengths = {40, 0, 17, 39, 1, 40, 25};
  const std::vector<float> frames = RandomFrames(&random, lengths.size() * kTime, kClasses);
  const auto together = Search(frames, kClasses, lengths, Options(6, 4), 3);
  ASSERT_TRUE(together.ok()) << together.status();
  for (size_t row = 0; row < lengths.size(); ++row) {
    const auto begin = frames.begin() + row * kTime * kClasses;
    const std::vector<float> own(begin, begin + lengths[row] * kClasses);
    const auto alone = Search(own, kClasses, {lengths[row]}, Options(6, 4));
    ASSERT_TRUE(alone.ok()) << alone.status();
    EXPECT_EQ((*alone)[0], (*together)[row]);
  }
  EXPECT_THAT((*together)[1], ElementsAre(Pair(Text{}, 0.0f)));
}

TEST(CtcBeamSearchTest, ManyTokensGiveWhatTheyGiveWithoutASelection) {
  // With 40 tokens and a width of 3 only the best 6 of a frame are looked at.
  numeric::Random random({TestSeed(4)});
  constexpr int64_t kClasses = 41;
  const std::vector<float> frames = RandomFrames(&random, 1, kClasses);
  const auto found = Search(frames, kClasses, {1}, Options(3, 3));
  const auto wide = Search(frames, kClasses, {1}, Options(50, 50));
  ASSERT_TRUE(found.ok() && wide.ok());
  EXPECT_EQ((*found)[0], Scored((*wide)[0].begin(), (*wide)[0].begin() + 3));
}

TEST(CtcBeamSearchTest, FramesOfProbabilityZeroHaveNoText) {
  const auto found = Search({-kInfinity, -kInfinity, 0, -kInfinity}, 2, {2}, Options(2, 2));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE((*found)[0].empty());
}

TEST(CtcBeamSearchTest, ABatchWithoutUtterances) {
  const auto found = Search({}, 3, {}, Options(2, 2));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->empty());
}

TEST(CtcBeamSearchTest, WhatIsWrongIsNamed) {
  const std::vector<float> frames = Logarithms({0.5, 0.5, 0.5, 0.5});
  const auto message = [&](const CtcBeamOptions& options, std::vector<int32_t> lengths = {1, 1},
                           float first = 0) {
    std::vector<float> values = frames;
    values[2] = first;
    const auto status = Search(values, 2, lengths, options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(message(Options(0, 1)), HasSubstr("width: 0; expected 1 .. 1000000"));
  EXPECT_THAT(message(Options(2, 3)), HasSubstr("n_best: 3; expected 1 .. width, 2"));
  CtcBeamOptions negative;
  negative.token_gap = -1;
  EXPECT_THAT(message(negative), HasSubstr("token_gap: -1; expected 0 or more"));
  EXPECT_THAT(message({}, {1, 2}), HasSubstr("utterance 1 has 2 frames; expected 0 .. 1"));
  EXPECT_THAT(message({}, {-1, 1}), HasSubstr("utterance 0 has -1 frames; expected 0 .. 1"));
  EXPECT_THAT(message({}, {1, 1}, kInfinity),
              HasSubstr("utterance 1, frame 0 has NaN or infinity"));
  EXPECT_THAT(message({}, {1, 1}, std::nanf("")),
              HasSubstr("utterance 1, frame 0 has NaN or infinity"));
}

TEST(CtcBeamSearchTest, FramesBehindAnUtteranceAreNotRead) {
  const auto found = Search({0, -kInfinity, std::nanf(""), 0}, 2, {1}, Options(1, 1));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT((*found)[0], ElementsAre(Pair(Text{0}, 0.0f)));
}

}  // namespace
}  // namespace frazo::decode
