#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/decode/testing/scripted_search.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::decode {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

constexpr int kDraws = 20000;
// Probabilities 0.5, 0.25, 0.15, 0.1 of tokens 1, 3, 2, 0.
const std::vector<float> kScores = {std::log(.1f), std::log(.5f), std::log(.15f), std::log(.25f)};

// Returns how often each of four tokens was drawn first, as a share of kDraws.
std::vector<float> Shares(const std::string& options, const std::string& more = "") {
  SearchInputs inputs;
  inputs.sentences = 1;
  inputs.vocabulary = 4;
  ScriptedSearch search("eos_id: 0 max_length: 1 " + more +
                            " sampling { samples: " + std::to_string(kDraws) + " " + options + "}",
                        inputs);
  search.Step(ScriptedSearch::Rows(kDraws, kScores));
  std::vector<float> shares(4);
  for (const Found& found : search.Finished()) shares[found.tokens[0]] += 1.0f / kDraws;
  return shares;
}

// The standard deviation of a share of 20,000 is at most 0.0035.
MATCHER_P(Shared, expected, "") {
  return testing::ExplainMatchResult(Pointwise(FloatNear(0.015f), expected), arg, result_listener);
}

TEST(SamplingSearchTest, DrawsByProbability) {
  EXPECT_THAT(Shares(""), Shared(std::vector<float>{.1f, .5f, .15f, .25f}));
}

TEST(SamplingSearchTest, TemperatureIsAnExponent) {
  // Squares: .01, .25, .0225, .0625 of .345.
  EXPECT_THAT(Shares("temperature: 0.5"), Shared(std::vector<float>{.029f, .725f, .065f, .181f}));
  EXPECT_THAT(Shares("temperature: 1e-6"), Shared(std::vector<float>{0, 1, 0, 0}));
}

TEST(SamplingSearchTest, LimitsWhatIsDrawn) {
  EXPECT_THAT(Shares("top_k: 2"), Shared(std::vector<float>{0, .667f, 0, .333f}));
  // .5 + .25 reach .7; .5 alone reaches .4.
  EXPECT_THAT(Shares("top_p: .7"), Shared(std::vector<float>{0, .667f, 0, .333f}));
  EXPECT_THAT(Shares("top_p: .4"), Shared(std::vector<float>{0, 1, 0, 0}));
  // The three best have .9 together; .5 + .25 is .83 of that.
  EXPECT_THAT(Shares("top_k: 3 top_p: .84"),
              Shared(std::vector<float>{0, .5f / .9f, .15f / .9f, .25f / .9f}));
  EXPECT_THAT(Shares("top_k: 3 top_p: .8"), Shared(std::vector<float>{0, .667f, 0, .333f}));
}

TEST(SamplingSearchTest, NeverDrawsWhatIsBanned) {
  const std::vector<float> shares = Shares("", "banned_tokens: 1");
  EXPECT_THAT(shares, Shared(std::vector<float>{.2f, 0, .3f, .5f}));
  EXPECT_EQ(shares[1], 0);
}

// Returns the tokens that each sentence draws in 8 steps.
std::map<int64_t, std::vector<int32_t>> Draw(const std::vector<int64_t>& seeds) {
  SearchInputs inputs;
  inputs.sentences = seeds.size();
  inputs.vocabulary = 50;
  inputs.seeds = seeds;
  ScriptedSearch search("eos_id: 0 max_length: 8 banned_tokens: 0 sampling {}", inputs);
  while (!search->done()) {
    search.Step(ScriptedSearch::Rows(search->rows(), std::vector<float>(50, 0)));
  }
  std::map<int64_t, std::vector<int32_t>> drawn;
  for (size_t i = 0; i < seeds.size(); ++i) drawn[seeds[i]] = search.Finished(i)[0].tokens;
  return drawn;
}

TEST(SamplingSearchTest, ASentencesSeedDecidesItsDraws) {
  const auto together = Draw({1, 2, 3});
  EXPECT_EQ(Draw({3, 1})[3], together.at(3));
  EXPECT_EQ(Draw({2})[2], together.at(2));
  EXPECT_NE(together.at(1), together.at(2));
}

// The scores are the model's probabilities, whichever distribution was drawn from.
TEST(SamplingSearchTest, ScoresAreTheModels) {
  SearchInputs inputs;
  inputs.sentences = 1;
  inputs.vocabulary = 4;
  ScriptedSearch search("eos_id: 0 max_length: 1 sampling { temperature: 0.01 top_k: 1 }", inputs);
  search.Step({kScores});
  EXPECT_THAT(search.Finished()[0].tokens, ElementsAre(1));
  EXPECT_NEAR(search.Finished()[0].total, std::log(.5f), 1e-6);
}

}  // namespace
}  // namespace frazo::decode
