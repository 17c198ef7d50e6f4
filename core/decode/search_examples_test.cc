// Beam searches worked out step by step. Lingvo's beam_search_step was seen to take the same steps.
// Here hypotheses are ordered by sentence, and finished sentences have none.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/decode/testing/scripted_search.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::decode {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::IsEmpty;
using ::testing::Pointwise;
using ::testing::SizeIs;

MATCHER_P(NearBy, expected, "") {
  return testing::ExplainMatchResult(Pointwise(FloatNear(1e-5f), expected), arg, result_listener);
}

std::vector<float> Floats(std::initializer_list<float> values) { return values; }

// Two hypotheses of one sentence over five tokens, 2 ends.
class ExampleA : public testing::Test {
 protected:
  static constexpr char kConfig[] = R"pb(
    score_kind: LOG_PROBABILITIES
    eos_id: 2
    max_length: 3
    beam { width: 2 n_best: 4 early_stop: false beam_gap: 3 }
  )pb";

  void Start(const std::string& changes = "") {
    SearchInputs inputs;
    inputs.sentences = 1;
    inputs.vocabulary = 5;
    search_.emplace(ParseSearch(kConfig, changes), inputs);
    search_->Step({{-4, -5, -6, -1, -2}});
  }

  void SecondStep() { search_->Step({{-3, -5, -1, -2, -4}, {-1.5, -5, -2, -3, -.5}}); }
  void ThirdStep() { search_->Step({{-3, -5, -4, -2, -4}, {-3, -5, -1.5, -3, -2.5}}); }

  std::optional<ScriptedSearch> search_;
};

TEST_F(ExampleA, StepByStep) {
  Start();
  EXPECT_THAT(search_->totals(), NearBy(Floats({-1, -2})));
  EXPECT_THAT(search_->tokens(), ElementsAre(3, 4));
  EXPECT_THAT(search_->parents(), ElementsAre(0, 0));
  // -6 is not greater than -1 - 5.
  EXPECT_THAT(search_->Finished(), IsEmpty());

  SecondStep();
  EXPECT_THAT(search_->totals(), NearBy(Floats({-2.5, -3})));
  EXPECT_THAT(search_->tokens(), ElementsAre(4, 3));
  EXPECT_THAT(search_->parents(), ElementsAre(1, 0));
  std::vector<Found> finished = search_->Finished();
  ASSERT_THAT(finished, SizeIs(2));
  EXPECT_THAT(finished[0].tokens, ElementsAre(3, 2));
  EXPECT_THAT(finished[0].token_scores, NearBy(Floats({-1, -1})));
  EXPECT_THAT(finished[1].tokens, ElementsAre(4, 2));
  EXPECT_THAT(finished[1].token_scores, NearBy(Floats({-2, -2})));

  ThirdStep();
  EXPECT_TRUE((*search_)->done());
  finished = search_->Finished();
  // 3 3 2 and 4 4 2 end at -4.5 and -6.5; hypotheses that did not end come after them.
  ASSERT_THAT(finished, SizeIs(4));
  EXPECT_THAT(finished[2].tokens, ElementsAre(3, 3, 2));
  EXPECT_THAT(finished[2].token_scores, NearBy(Floats({-1, -2, -1.5})));
  EXPECT_THAT(finished[3].tokens, ElementsAre(4, 4, 2));
  EXPECT_THAT(finished[3].token_scores, NearBy(Floats({-2, -.5, -4})));
}

// Token 2 is a candidate before token 4 at -6.5, so that 4 4 2 ends, and token 0 before token 4 at
// -5.5.
TEST_F(ExampleA, EqualScoresGoByToken) {
  Start("max_length: 4");
  SecondStep();
  ThirdStep();
  EXPECT_THAT(search_->totals(), NearBy(Floats({-4.5, -5.5})));
  EXPECT_THAT(search_->tokens(), ElementsAre(3, 0));
  EXPECT_THAT(search_->parents(), ElementsAre(0, 0));
}

TEST_F(ExampleA, IsDoneByTheGap) {
  // The best total, -4.5, is at most -2 - 2 after the third step, and -2.5 at most -2 - 0.4 after
  // the second one.
  Start("max_length: 4 beam { beam_gap: 2 }");
  SecondStep();
  EXPECT_EQ((*search_)->rows(), 2);
  ThirdStep();
  EXPECT_TRUE((*search_)->done());

  Start("beam { beam_gap: 0.4 }");
  SecondStep();
  EXPECT_TRUE((*search_)->done());

  // Two hypotheses have ended, which is a full beam.
  Start("beam { beam_gap: 0.4 ensure_full_beam: true }");
  SecondStep();
  EXPECT_TRUE((*search_)->done());

  // One hypothesis has ended.
  Start("beam { beam_gap: 0.4 ensure_full_beam: true local_eos_threshold: -1.5 }");
  SecondStep();
  EXPECT_FALSE((*search_)->done());
}

TEST_F(ExampleA, EndsUnderConditions) {
  const auto ended_after_each_step = [this](const std::string& options) {
    Start("max_length: 4 beam { n_best: 9 " + options + "}");
    std::vector<size_t> ended;
    SecondStep();
    ended.push_back(search_->Finished().size());
    ThirdStep();
    ended.push_back(search_->Finished().size());
    return ended;
  };
  EXPECT_THAT(ended_after_each_step(""), ElementsAre(2, 4));
  EXPECT_THAT(ended_after_each_step("valid_eos_max_logit_delta: 1.6"), ElementsAre(2, 3));
  EXPECT_THAT(ended_after_each_step("local_eos_threshold: -1.5"), ElementsAre(1, 1));
}

// The same tensors, ranked for the two best of all.
TEST_F(ExampleA, RanksByLength) {
  Start("beam { n_best: 2 }");
  SecondStep();
  ThirdStep();
  std::vector<Found> finished = search_->Finished();
  ASSERT_THAT(finished, SizeIs(2));
  EXPECT_THAT(finished[0].tokens, ElementsAre(3, 2));
  EXPECT_THAT(finished[1].tokens, ElementsAre(4, 2));
  EXPECT_FLOAT_EQ(finished[0].normalized, -2);
  EXPECT_FLOAT_EQ(finished[1].normalized, -4);

  Start("beam { n_best: 2 } length_normalization: 1");
  SecondStep();
  ThirdStep();
  finished = search_->Finished();
  ASSERT_THAT(finished, SizeIs(2));
  EXPECT_THAT(finished[0].tokens, ElementsAre(3, 2));
  EXPECT_THAT(finished[1].tokens, ElementsAre(3, 3, 2));
  EXPECT_NEAR(finished[0].normalized, -1.428571, 1e-5);
  EXPECT_NEAR(finished[1].normalized, -2.8125, 1e-5);
}

// Two sentences.
TEST(ExampleB, StepByStep) {
  SearchInputs inputs;
  inputs.sentences = 2;
  inputs.vocabulary = 4;
  ScriptedSearch search(
      "score_kind: LOG_PROBABILITIES eos_id: 2 max_length: 3 "
      "beam { width: 2 n_best: 4 early_stop: false }",
      inputs);
  search.Step({{-1, -2, -9, -3}, {-2.5, -.5, -9, -1.5}});
  EXPECT_THAT(search.sentences(), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(search.totals(), NearBy(Floats({-1, -2, -.5, -1.5})));
  EXPECT_THAT(search.tokens(), ElementsAre(0, 1, 1, 3));
  EXPECT_THAT(search.parents(), ElementsAre(0, 0, 1, 1));

  search.Step({{-1, -3, -.2, -4}, {-.5, -1.5, -2, -4}, {-2, -2.2, -.1, -3}, {-.3, -3, -4, -6}});
  EXPECT_THAT(search.totals(), NearBy(Floats({-2, -2.5, -1.8, -2.5})));
  EXPECT_THAT(search.tokens(), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(search.parents(), ElementsAre(0, 1, 3, 2));
  const std::vector<Found> first = search.Finished(0);
  const std::vector<Found> second = search.Finished(1);
  ASSERT_THAT(first, SizeIs(2));
  ASSERT_THAT(second, SizeIs(2));
  EXPECT_THAT(first[0].tokens, ElementsAre(0, 2));
  EXPECT_THAT(first[1].tokens, ElementsAre(1, 2));
  EXPECT_THAT(second[0].tokens, ElementsAre(1, 2));
  EXPECT_THAT(second[1].tokens, ElementsAre(3, 2));
  EXPECT_NEAR(first[0].total, -1.2, 1e-5);
  EXPECT_NEAR(second[0].total, -.6, 1e-5);
}

// A transducer: 0 is the blank, 1 ends.
class ExampleC : public testing::Test {
 protected:
  ScriptedSearch SecondStep(const std::string& transducer,
                            const std::vector<char>& is_last_chunk = {}) {
    SearchInputs inputs;
    inputs.sentences = 1;
    inputs.vocabulary = 4;
    frazo::Search config = ParseSearch(
        "score_kind: LOG_PROBABILITIES eos_id: 1 max_length: 3 "
        "beam { width: 2 n_best: 4 early_stop: false transducer { eoc_id: 0 " +
        transducer + "} }");
    ScriptedSearch search(config, inputs);
    search.Step({{-.5, -9, -1.5, -8}});
    EXPECT_THAT(search.tokens(), ElementsAre(0, 2));
    EXPECT_THAT(search.totals(), NearBy(Floats({-.5, -1.5})));
    search.Step({{-2, -9, -1, -8}, {-.2, -9, -3, -8}}, {}, is_last_chunk);
    return search;
  }
};

TEST_F(ExampleC, KeepsPathsApart) {
  ScriptedSearch search = SecondStep("");
  EXPECT_THAT(search.tokens(), ElementsAre(2, 0));
  EXPECT_THAT(search.totals(), NearBy(Floats({-1.5, -1.7})));
  EXPECT_THAT(search.parents(), ElementsAre(0, 1));
}

// Blank, 2 and 2, blank are the same: log(exp(-1.5) + exp(-1.7)).
TEST_F(ExampleC, MergesPaths) {
  ScriptedSearch search = SecondStep("merge_paths: true");
  EXPECT_THAT(search.tokens(), ElementsAre(2, 0));
  EXPECT_THAT(search.totals(), NearBy(Floats({-.901861, -2.5})));
  EXPECT_THAT(search.parents(), ElementsAre(0, 0));
}

TEST_F(ExampleC, EndsWithTheLastChunk) {
  ScriptedSearch search = SecondStep("merge_paths: true", {true, true});
  EXPECT_THAT(search.totals(), NearBy(Floats({-1.5, -4.5})));
  std::vector<Found> finished = search.Finished();
  ASSERT_THAT(finished, SizeIs(2));
  EXPECT_THAT(finished[0].tokens, ElementsAre(2, 0));
  EXPECT_NEAR(finished[0].total, -1.7, 1e-5);
  EXPECT_EQ(finished[0].reason, FinishReason::kEoc);
  EXPECT_THAT(finished[1].tokens, ElementsAre(0, 0));
  EXPECT_NEAR(finished[1].total, -2.5, 1e-5);

  finished = SecondStep("merge_paths: true allow_empty: false", {true, true}).Finished();
  ASSERT_THAT(finished, SizeIs(1));
  EXPECT_THAT(finished[0].tokens, ElementsAre(2, 0));
}

// Final scores with attention over three positions.
struct Ranks {
  std::string options;
  float h1;
  float h2;
};

class ExampleD : public testing::TestWithParam<Ranks> {};

TEST_P(ExampleD, RanksByLengthAndCoverage) {
  const std::vector<int32_t> forced = {3, 2, 0, 4, 4, 2};
  const std::vector<int32_t> lengths = {2, 3};
  SearchInputs inputs;
  inputs.sentences = 2;
  inputs.vocabulary = 5;
  inputs.source = 3;
  inputs.forced = forced;
  inputs.forced_lengths = lengths;
  ScriptedSearch search(
      ParseSearch("score_kind: LOG_PROBABILITIES eos_id: 2 max_length: 3 scoring {}",
                  GetParam().options),
      inputs);
  search.Step({{-9, -9, -9, -1, -9}, {-9, -9, -9, -9, -.5f}}, {{.8f, .1f, .1f}, {.9f, .05f, .05f}});
  search.Step({{-9, -9, -1, -9, -9}, {-9, -9, -9, -9, -.6f}}, {{.1f, .8f, .1f}, {.05f, .9f, .05f}});
  search.Step({{-9, -9, -1, -9, -9}}, {{0, 0, 1}});
  EXPECT_TRUE(search->done());
  ASSERT_THAT(search.Finished(0), SizeIs(1));
  ASSERT_THAT(search.Finished(1), SizeIs(1));
  EXPECT_NEAR(search.Finished(0)[0].normalized, GetParam().h1, 1e-5);
  EXPECT_NEAR(search.Finished(1)[0].normalized, GetParam().h2, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, ExampleD,
    testing::Values(Ranks{"", -2.0, -2.1}, Ranks{"length_normalization: .6", -1.63438, -1.58397},
                    Ranks{"coverage_penalty: .2", -2.59915, -2.51589},
                    Ranks{"coverage_penalty: .2 target_source_ratio: 2", -3.55984, -2.97281},
                    Ranks{"length_normalization: .6 coverage_penalty: .2", -2.23353, -1.99986}));

}  // namespace
}  // namespace frazo::decode
