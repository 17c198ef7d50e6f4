#include "core/decode/search_inputs.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/decode/testing/scripted_search.h"
#include "gtest/gtest.h"

namespace frazo::decode {
namespace {

SearchInputs Inputs() {
  SearchInputs inputs;
  inputs.sentences = 2;
  inputs.vocabulary = 10;
  return inputs;
}

std::string FaultOf(const std::string& changes, const SearchInputs& inputs = Inputs()) {
  const absl::Status status =
      CheckSearch(ParseSearch("eos_id: 1 max_length: 5 beam {}", changes), inputs);
  return status.ok() ? "none" : std::string(status.message());
}

TEST(SearchInputsTest, ConfigurationsAreChecked) {
  EXPECT_EQ(FaultOf(""), "none");
  EXPECT_EQ(CheckSearch(ParseSearch("max_length: 5 beam {}"), Inputs()).message(),
            "eos_id: unset; expected the token that ends a sentence");
  EXPECT_EQ(CheckSearch(ParseSearch("max_length: 5 eos_id: 1"), Inputs()).message(),
            "strategy: unset; expected one of beam, greedy, sampling, scoring");
  EXPECT_EQ(FaultOf("eos_id: 10"), "eos_id: token 10; expected 0 .. 9, a vocabulary of 10");
  EXPECT_EQ(FaultOf("max_length: 0"), "max_length: 0; expected at least 1");
  EXPECT_EQ(FaultOf("banned_tokens: [1, -2]"),
            "banned_tokens[1]: token -2; expected 0 .. 9, a vocabulary of 10");
  EXPECT_EQ(FaultOf("required_tokens: 12"),
            "required_tokens[0]: token 12; expected 0 .. 9, a vocabulary of 10");
  EXPECT_EQ(FaultOf("no_repeat_ngram: -1"), "no_repeat_ngram: -1; expected at least 0");
  EXPECT_EQ(FaultOf("length_normalization: nan"),
            "length_normalization: nan; expected a finite number");
  EXPECT_EQ(FaultOf("target_source_ratio: 0"),
            "target_source_ratio: 0; expected a finite number above 0");
  EXPECT_EQ(FaultOf("coverage_penalty: 1"),
            "coverage_penalty: 1 without attention; expected 0, or attention with the scores");
  EXPECT_EQ(FaultOf("beam { width: 0 }"), "beam.width: 0; expected at least 1");
  EXPECT_EQ(FaultOf("beam { n_best: -1 }"), "beam.n_best: -1; expected at least 1");
  EXPECT_EQ(FaultOf("beam { beam_gap: -1 }"), "beam.beam_gap: -1; expected at least 0");
  EXPECT_EQ(FaultOf("beam { local_eos_threshold: nan }"),
            "beam.valid_eos_max_logit_delta, beam.local_eos_threshold: NaN; expected numbers");
  EXPECT_EQ(FaultOf("beam { transducer {} }"), "beam.transducer.eoc_id: unset; expected a token");
  EXPECT_EQ(FaultOf("beam { transducer { eoc_id: 1 } }"),
            "beam.transducer.eoc_id: 1, which is eos_id; expected another token");
  EXPECT_EQ(FaultOf("sampling { samples: 0 }"), "sampling.samples: 0; expected at least 1");
  EXPECT_EQ(FaultOf("sampling { top_k: -1 }"), "sampling.top_k: -1; expected at least 0");
  EXPECT_EQ(FaultOf("sampling { temperature: 0 }"),
            "sampling.temperature: 0; expected a finite number above 0; `greedy {}` takes the "
            "best token");
  EXPECT_EQ(FaultOf("sampling { top_p: 1.5 }"),
            "sampling.top_p: 1.5; expected above 0 and at most 1");
}

TEST(SearchInputsTest, HugeSearchesAreRefused) {
  const absl::Status status =
      CheckSearch(ParseSearch("eos_id: 1 max_length: 2147483647 beam {}"), Inputs());
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(),
            "2 sentences of 8 hypotheses of 2147483647 tokens with 0 attention weights each are "
            "more than 2^31 values; make max_length or the beam smaller");
  EXPECT_EQ(CheckSearch(ParseSearch("eos_id: 1 max_length: 1 beam { width: 2000000000 }"), Inputs())
                .code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(SearchInputsTest, InputsAreChecked) {
  SearchInputs inputs = Inputs();
  inputs.vocabulary = 0;
  EXPECT_EQ(FaultOf("", inputs), "vocabulary: 0; expected at least 1");
  inputs = Inputs();
  inputs.sentences = -1;
  EXPECT_EQ(FaultOf("", inputs), "sentences: -1; expected at least 0");

  const std::vector<int32_t> lengths = {3, 0};
  inputs = Inputs();
  inputs.source = 2;
  inputs.source_lengths = lengths;
  EXPECT_EQ(FaultOf("", inputs), "source_lengths[0]: 3; expected 0 .. 2");
  inputs.source_lengths = absl::MakeConstSpan(lengths).subspan(0, 1);
  EXPECT_EQ(FaultOf("", inputs), "source_lengths: 1 of them; expected one for each of 2 sentences");

  const std::vector<int64_t> seeds = {1};
  inputs = Inputs();
  inputs.seeds = seeds;
  EXPECT_EQ(FaultOf("", inputs), "seeds: 1 of them; expected one for each of 2 sentences");
}

TEST(SearchInputsTest, ForcedTokensAreChecked) {
  const std::vector<int32_t> forced = {2, 1, 3, 2, 11, 2};
  std::vector<int32_t> lengths = {1, 1};
  SearchInputs inputs = Inputs();
  EXPECT_EQ(FaultOf("scoring {}", inputs), "forced: none; expected the tokens to score");
  inputs.forced = forced;
  inputs.forced_lengths = lengths;
  EXPECT_EQ(FaultOf("", inputs), "none");
  lengths = {2, 1};
  EXPECT_EQ(FaultOf("", inputs),
            "forced[0, 1]: eos_id; expected it only as the last token of one to score");
  EXPECT_EQ(FaultOf("scoring {}", inputs), "none");
  lengths = {3, 1};
  EXPECT_EQ(FaultOf("scoring {}", inputs),
            "forced[0, 1]: eos_id; expected it only as the last token of one to score");
  lengths = {1, 3};
  EXPECT_EQ(FaultOf("", inputs), "forced[1, 1]: token 11; expected 0 .. 9, a vocabulary of 10");
  EXPECT_EQ(FaultOf("max_length: 2", inputs),
            "forced_lengths[1]: 3; expected at most max_length, 2");
  lengths = {1, 4};
  EXPECT_EQ(FaultOf("", inputs), "forced_lengths[1]: 4; expected 0 .. 3");
  lengths = {1, 1};
  inputs.forced = absl::MakeConstSpan(forced).subspan(0, 5);
  EXPECT_EQ(FaultOf("", inputs), "forced: 5 tokens; expected as many for each of 2 sentences");
}

}  // namespace
}  // namespace frazo::decode
