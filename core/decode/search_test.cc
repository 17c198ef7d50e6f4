#include "core/decode/search.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/decode/create_search.h"
#include "core/decode/row_workers.h"
#include "core/decode/testing/scripted_search.h"
#include "core/numeric/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::decode {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

SearchInputs Inputs(int64_t sentences, int64_t vocabulary) {
  SearchInputs inputs;
  inputs.sentences = sentences;
  inputs.vocabulary = vocabulary;
  return inputs;
}

constexpr char kLogs[] = "score_kind: LOG_PROBABILITIES eos_id: 0 max_length: 4 ";

TEST(SearchTest, LogitsAreNormalized) {
  ScriptedSearch search("eos_id: 0 max_length: 1 greedy {}", Inputs(1, 3));
  search.Step({{1, 2, 3}});
  const std::vector<Found> found = search.Finished();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].tokens, ElementsAre(2));
  // -log(1 + exp(-1) + exp(-2))
  EXPECT_NEAR(found[0].total, -0.407606, 1e-6);
  EXPECT_EQ(found[0].reason, FinishReason::kLength);
}

TEST(SearchTest, EqualTotalsGoByTokenThenByHypothesis) {
  ScriptedSearch search(std::string(kLogs) + "beam { width: 3 early_stop: false }", Inputs(1, 4));
  search.Step({{-9, -1, -1, -1}});
  EXPECT_THAT(search.tokens(), ElementsAre(1, 2, 3));
  search.Step({{-9, -9, -1, -9}, {-9, -9, -1, -1}, {-9, -1, -9, -9}});
  // All at -2: token 1 of row 2, then token 2 of rows 0 and 1, before token 3.
  EXPECT_THAT(search.tokens(), ElementsAre(1, 2, 2));
  EXPECT_THAT(search.parents(), ElementsAre(2, 0, 1));
}

TEST(SearchTest, MissingHypothesesAreNoneAtAll) {
  // A beam of 4 over 3 tokens has two rows after the first step, not two more with the score 0.
  ScriptedSearch search(std::string(kLogs) + "beam { width: 4 n_best: 3 early_stop: false }",
                        Inputs(1, 3));
  search.Step({{-9, -1, -2}});
  EXPECT_THAT(search.tokens(), ElementsAre(1, 2));
  const SearchResults results = search->Results();
  EXPECT_THAT(results.lengths, ElementsAre(0, 0, 0));
  EXPECT_THAT(results.totals, ElementsAre(-kInfinity, -kInfinity, -kInfinity));
  EXPECT_THAT(results.normalized, ElementsAre(-kInfinity, -kInfinity, -kInfinity));
  EXPECT_THAT(results.reasons,
              ElementsAre(FinishReason::kNone, FinishReason::kNone, FinishReason::kNone));
}

TEST(SearchTest, SentencesThatAreDoneLeave) {
  ScriptedSearch search(std::string(kLogs) + "beam { width: 2 }", Inputs(3, 3));
  EXPECT_THAT(search.sentences(), ElementsAre(0, 1, 2));
  EXPECT_THAT(search.parents(), ElementsAre(0, 1, 2));
  // No hypothesis can still beat the end of sentence 1.
  search.Step({{-9, -1, -2}, {-.1f, -3, -4}, {-9, -2, -1}});
  EXPECT_THAT(search.sentences(), ElementsAre(0, 0, 2, 2));
  EXPECT_THAT(search.parents(), ElementsAre(0, 0, 2, 2));
  EXPECT_THAT(search.tokens(), ElementsAre(1, 2, 2, 1));
  search.Step({{-.1f, -9, -9}, {-9, -9, -9}, {-9, -1, -1}, {-20, -9, -9}});
  EXPECT_THAT(search.sentences(), ElementsAre(2, 2));
  EXPECT_THAT(search.parents(), ElementsAre(2, 2));
  EXPECT_THAT(search.Finished(0)[0].tokens, ElementsAre(1, 0));
  EXPECT_THAT(search.Finished(1)[0].tokens, ElementsAre(0));
  EXPECT_THAT(search.Finished(2), IsEmpty());
}

TEST(SearchTest, TheBoundCountsTheLengthNormalization) {
  // The second hypothesis can still rank first if it is 4 long: -2 / (9 / 5) > -1.5 / (6 / 5).
  const std::string config = std::string(kLogs) + "beam { width: 1 } length_normalization: ";
  ScriptedSearch longer(config + "1", Inputs(1, 2));
  longer.Step({{-1.5f, -2}});
  EXPECT_FALSE(longer->done());
  ScriptedSearch unnormalized(config + "0", Inputs(1, 2));
  unnormalized.Step({{-1.5f, -2}});
  EXPECT_TRUE(unnormalized->done());
}

TEST(SearchTest, EosOfAHighIdAndALowScoreCanBeForced) {
  ScriptedSearch search(
      "score_kind: LOG_PROBABILITIES eos_id: 63 max_length: 2 force_eos_in_last_step: true "
      "beam { width: 2 n_best: 2 }",
      Inputs(1, 64));
  std::vector<float> scores(64, -5);
  scores[63] = -50;
  search.Step({scores});
  search.Step({scores, scores});
  EXPECT_TRUE(search->done());
  ASSERT_THAT(search.Finished(), SizeIs(2));
  EXPECT_THAT(search.Finished()[0].tokens, ElementsAre(0, 63));
  EXPECT_THAT(search.Finished()[1].tokens, ElementsAre(1, 63));
  EXPECT_EQ(search.Finished()[0].reason, FinishReason::kEos);
  EXPECT_FLOAT_EQ(search.Finished()[0].total, -55);
}

TEST(SearchTest, EosCanBeProposedAlways) {
  const std::string config =
      std::string(kLogs) + "beam { width: 1 early_stop: false valid_eos_max_logit_delta: 9 ";
  ScriptedSearch by_rank(config + "}", Inputs(1, 4));
  by_rank.Step({{-3, -1, -2, -2}});
  EXPECT_THAT(by_rank.Finished(), IsEmpty());
  ScriptedSearch always(config + "propose_eos_always: true }", Inputs(1, 4));
  always.Step({{-3, -1, -2, -2}});
  ASSERT_THAT(always.Finished(), SizeIs(1));
  EXPECT_FLOAT_EQ(always.Finished()[0].total, -3);
}

TEST(SearchTest, ANanIsNeverSelected) {
  for (const std::string kind : {"LOGITS", "LOG_PROBABILITIES"}) {
    ScriptedSearch search(
        "eos_id: 0 max_length: 2 beam { width: 3 n_best: 3 early_stop: false } score_kind: " + kind,
        Inputs(1, 4));
    search.Step({{kNan, -1, kNan, -1}});
    EXPECT_THAT(search.tokens(), ElementsAre(1, 3));
    EXPECT_THAT(search.Finished(), IsEmpty());
    // Minus infinity and NaN leave no token that could follow row 0.
    search.Step({{kNan, -kInfinity, kNan, kNan}, {kNan, -1, kNan, -kInfinity}});
    ASSERT_THAT(search.Finished(), SizeIs(1));
    EXPECT_THAT(search.Finished()[0].tokens, ElementsAre(3, 1));
  }
}

TEST(SearchTest, ARowOfNothingButNanIsAnError) {
  for (const std::string strategy : {"beam { width: 2 }", "greedy {}", "sampling { samples: 2 }"}) {
    SCOPED_TRACE(strategy);
    ScriptedSearch search("eos_id: 0 max_length: 4 banned_tokens: 0 " + strategy, Inputs(2, 3));
    const bool two = search->rows() == 4 || strategy[0] == 'b';
    const std::vector<float> good = {-1, -2, -3};
    search.Step(ScriptedSearch::Rows(search->rows(), good));
    ScriptedSearch::Rows scores(search->rows(), good);
    scores.back().assign(3, kNan);
    const std::vector<int32_t> tokens = search.tokens();
    const absl::Status status = search.TryStep(scores);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(),
              std::string("sentence 1, hypothesis ") + (two ? "1" : "0") +
                  ", step 1: every score is NaN; look for an overflow or a division by zero in "
                  "the model");
    // The step changed nothing.
    EXPECT_EQ(search->step(), 1);
    EXPECT_EQ(search.tokens(), tokens);
    scores.back() = {0, 1, kInfinity};
    EXPECT_THAT(search.TryStep(scores).message(), HasSubstr("a score is plus infinity"));
    scores.back() = good;
    search.Step(scores);
  }
}

TEST(SearchTest, AVocabularyOfOneToken) {
  ScriptedSearch search("eos_id: 0 max_length: 3 beam { width: 5 n_best: 2 }", Inputs(1, 1));
  search.Step({{-7}});
  EXPECT_TRUE(search->done());
  ASSERT_THAT(search.Finished(), SizeIs(1));
  EXPECT_THAT(search.Finished()[0].tokens, ElementsAre(0));
  EXPECT_EQ(search.Finished()[0].total, 0);
}

TEST(SearchTest, NoSentences) {
  ScriptedSearch search("eos_id: 0 max_length: 3 beam {}", Inputs(0, 5));
  EXPECT_TRUE(search->done());
  EXPECT_THAT(search->Results().tokens, IsEmpty());
}

TEST(SearchTest, OneStep) {
  ScriptedSearch search(
      "score_kind: LOG_PROBABILITIES eos_id: 0 max_length: 1 beam { width: 2 n_best: 3 }",
      Inputs(1, 4));
  search.Step({{-3, -2, -1, -4}});
  EXPECT_TRUE(search->done());
  const std::vector<Found> found = search.Finished();
  // Hypotheses that ended come before those that were cut.
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_THAT(found[0].tokens, ElementsAre(0));
  EXPECT_THAT(found[1].tokens, ElementsAre(2));
  EXPECT_THAT(found[2].tokens, ElementsAre(1));
  EXPECT_EQ(found[2].reason, FinishReason::kLength);
  EXPECT_EQ(search.TryStep({}).message(), "the search was done after 1 steps; take no more");
}

TEST(SearchTest, GreedyTakesTheBestUpToTheEnd) {
  ScriptedSearch search(std::string(kLogs) + "greedy {}", Inputs(2, 3));
  search.Step({{-2, -1, -1}, {-1, -2, -3}});
  EXPECT_THAT(search.sentences(), ElementsAre(0));
  EXPECT_THAT(search.tokens(), ElementsAre(1));
  search.Step({{-1, -2, -3}});
  EXPECT_TRUE(search->done());
  EXPECT_THAT(search.Finished(0)[0].tokens, ElementsAre(1, 0));
  EXPECT_THAT(search.Finished(1)[0].tokens, ElementsAre(0));
}

TEST(SearchTest, GreedyObeysTheRulesForTokens) {
  ScriptedSearch search(
      std::string(kLogs) + "greedy {} banned_tokens: 1 required_tokens: 3 no_repeat_ngram: 1",
      Inputs(1, 5));
  const std::vector<float> scores = {-1, -2, -3, -4, -5};
  search.Step({scores});
  EXPECT_THAT(search.tokens(), ElementsAre(2));
  search.Step({scores});
  EXPECT_THAT(search.tokens(), ElementsAre(3));
  search.Step({scores});
  EXPECT_THAT(search.Finished()[0].tokens, ElementsAre(2, 3, 0));
}

TEST(SearchTest, ForcedTokensOverrideBansAndCount) {
  const std::vector<int32_t> forced = {2, 1, 3, 0};
  const std::vector<int32_t> lengths = {2, 1};
  SearchInputs inputs = Inputs(2, 4);
  inputs.forced = forced;
  inputs.forced_lengths = lengths;
  ScriptedSearch search(std::string(kLogs) + "banned_tokens: 2 beam { width: 2 }", inputs);
  search.Step({{-1, -2, -3, -4}, {-1, -2, -3, -4}});
  EXPECT_THAT(search.tokens(), ElementsAre(2, 3));
  EXPECT_THAT(search.totals(), ElementsAre(-3, -4));
  search.Step({{-1, -2, -3, -4}, {-9, -2, -1, -4}});
  EXPECT_THAT(search.sentences(), ElementsAre(0, 1, 1));
  EXPECT_THAT(search.tokens(), ElementsAre(1, 1, 3));
}

TEST(SearchTest, ScoresTargetsOfAnyLength) {
  const std::vector<int32_t> forced = {1, 2, 0, 2, 0, 0, 0, 0, 0, 1, 1, 1};
  const std::vector<int32_t> lengths = {3, 2, 0, 3};
  SearchInputs inputs = Inputs(4, 3);
  inputs.forced = forced;
  inputs.forced_lengths = lengths;
  ScriptedSearch search(std::string(kLogs) + "scoring {}", inputs);
  EXPECT_THAT(search.sentences(), ElementsAre(0, 1, 3));
  const std::vector<float> scores = {-1, -2, -4};
  search.Step({scores, scores, scores});
  search.Step({scores, scores, scores});
  EXPECT_THAT(search.sentences(), ElementsAre(0, 3));
  search.Step({scores, scores});
  EXPECT_TRUE(search->done());
  EXPECT_THAT(search.Finished(0)[0].token_scores, ElementsAre(-2, -4, -1));
  EXPECT_THAT(search.Finished(1)[0].token_scores, ElementsAre(-4, -1));
  EXPECT_EQ(search.Finished(1)[0].reason, FinishReason::kEos);
  EXPECT_THAT(search.Finished(2), IsEmpty());
  EXPECT_EQ(search.Finished(3)[0].total, -6);
  EXPECT_EQ(search.Finished(3)[0].reason, FinishReason::kLength);
}

TEST(SearchTest, AttentionComesWithTheTokens) {
  SearchInputs inputs = Inputs(1, 3);
  inputs.source = 2;
  ScriptedSearch search(std::string(kLogs) + "beam { width: 2 early_stop: false beam_gap: 0 }",
                        inputs);
  search.Step({{-9, -1, -2}}, {{1, 2}});
  search.Step({{-9, -3, -3}, {-1, -9, -9}}, {{3, 4}, {5, 6}});
  const SearchResults results = search->Results();
  EXPECT_THAT(results.tokens, ElementsAre(2, 0));
  EXPECT_THAT(results.attention, ElementsAre(1, 2, 5, 6));
}

TEST(SearchTest, SizesMustFit) {
  SearchInputs inputs = Inputs(2, 3);
  inputs.source = 2;
  ScriptedSearch search(std::string(kLogs) + "beam {}", inputs);
  EXPECT_EQ(search.TryStep({{1, 2, 3}}, {{1, 2}, {1, 2}}).message(),
            "scores: 3 values; expected 6, for each of 2 rows 3");
  EXPECT_EQ(search.TryStep({{1, 2, 3}, {1, 2, 3}}).message(),
            "attention: 0 values; expected 4, for each of 2 rows 2");
  EXPECT_EQ(search.TryStep({{1, 2, 3}, {1, 2, 3}}, {{1, 2}, {1, 2}}, {true, true}).message(),
            "is_last_chunk is for a search with beam.transducer; leave it out");
}

TEST(SearchTest, ACopyGoesItsOwnWay) {
  ScriptedSearch search(std::string(kLogs) + "beam { width: 2 early_stop: false }", Inputs(1, 3));
  search.Step({{-9, -1, -2}});
  const std::unique_ptr<Search> copy = search->Clone();
  search.Step({{-1, -9, -9}, {-9, -9, -9}});
  EXPECT_EQ(copy->step(), 1);
  EXPECT_EQ(copy->rows(), 2);
  EXPECT_EQ(copy->Results().longest, 0);
  const std::vector<float> scores = {-9, -1, -9, -9, -9, -1};
  RowWorkers workers(1);
  StepScores step;
  step.scores = scores;
  ASSERT_TRUE(copy->Step(step, &workers).ok());
  EXPECT_THAT(copy->tokens(), ElementsAre(1, 2));
  EXPECT_THAT(copy->parents(), ElementsAre(0, 1));
}

// Results of a search over random scores.
std::vector<Found> DecodeRandomly(const std::string& strategy, int threads) {
  constexpr int64_t kSentences = 5;
  // Large enough that several threads share the rows.
  constexpr int64_t kVocabulary = 3000;
  ScriptedSearch search("eos_id: 7 max_length: 12 no_repeat_ngram: 1 " + strategy,
                        Inputs(kSentences, kVocabulary), threads);
  numeric::Random random({17});
  while (!search->done()) {
    ScriptedSearch::Rows rows(search->rows());
    for (auto& row : rows) {
      for (int64_t i = 0; i < kVocabulary; ++i) row.push_back(random.Below(1000) / 100.0f);
      row[7] = 9;
    }
    search.Step(rows);
  }
  std::vector<Found> all;
  for (int64_t sentence = 0; sentence < kSentences; ++sentence) {
    for (Found& found : search.Finished(sentence)) all.push_back(std::move(found));
  }
  return all;
}

TEST(SearchTest, ResultsDoNotDependOnThreads) {
  for (const std::string strategy :
       {"beam { width: 6 n_best: 3 }", "greedy {}", "sampling { samples: 4 top_p: 0.9 }"}) {
    SCOPED_TRACE(strategy);
    const std::vector<Found> alone = DecodeRandomly(strategy, 1);
    ASSERT_GE(alone.size(), 5);
    for (const int threads : {2, 3}) {
      const std::vector<Found> shared = DecodeRandomly(strategy, threads);
      ASSERT_EQ(shared.size(), alone.size());
      for (size_t i = 0; i < alone.size(); ++i) {
        EXPECT_EQ(shared[i].tokens, alone[i].tokens);
        EXPECT_EQ(shared[i].token_scores, alone[i].token_scores);
        EXPECT_EQ(shared[i].normalized, alone[i].normalized);
      }
    }
  }
}

}  // namespace
}  // namespace frazo::decode
