// Reads arbitrary bytes as a Search message, and as the scores of its steps. A search that is not
// refused must end, with results that keep its promises.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "core/decode/create_search.h"
#include "core/decode/row_workers.h"
#include "core/decode/search.h"
#include "core/testing/fuzz_target.h"
#include "frazo/proto/search.pb.h"
#include "google/protobuf/text_format.h"

namespace frazo::decode {
namespace {

constexpr int64_t kSentences = 2;
constexpr int64_t kVocabulary = 7;
constexpr int64_t kSource = 3;

// Larger searches only take longer.
bool IsSmall(const frazo::Search& config) {
  return config.max_length() <= 12 && SearchWidth(config) <= 20 &&
         SearchResultsPerSentence(config) <= 20;
}

// Scores of one step, some of which are infinite, from the input's bytes in turns.
std::vector<float> Scores(std::string_view bytes, int64_t step, int64_t count, bool are_positive) {
  std::vector<float> scores(count);
  for (int64_t i = 0; i < count; ++i) {
    const int byte =
        bytes.empty() ? 0 : static_cast<uint8_t>(bytes[(step * 31 + i * 7) % bytes.size()]);
    scores[i] = are_positive ? byte / 255.0f : (byte == 255 ? -INFINITY : byte / -16.0f);
  }
  return scores;
}

void CheckResults(const frazo::Search& config, const SearchResults& results) {
  const int64_t best = SearchResultsPerSentence(config);
  Require(results.lengths.size() == kSentences * best, "each sentence has its results");
  for (size_t i = 0; i < results.lengths.size(); ++i) {
    Require(results.lengths[i] >= 0 && results.lengths[i] <= config.max_length(),
            "no result is longer than max_length");
    Require(!std::isnan(results.totals[i]), "no total is NaN");
    for (int32_t at = 0; at < results.lengths[i]; ++at) {
      const int32_t token = results.tokens[i * results.longest + at];
      Require(token >= 0 && token < kVocabulary, "a token is one of the vocabulary");
    }
  }
}

void Check(std::string_view input) {
  static RowWorkers& workers = *new RowWorkers(1);
  frazo::Search config;
  if (!config.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
  const std::vector<int32_t> source_lengths = {kSource, 1};
  const std::vector<int32_t> forced = {1, 2, 3, 4};
  const std::vector<int32_t> forced_lengths = {input.size() % 3 == 0 ? 2 : 0, 1};
  SearchInputs inputs;
  inputs.sentences = kSentences;
  inputs.vocabulary = kVocabulary;
  inputs.source = kSource;
  inputs.source_lengths = source_lengths;
  inputs.forced = forced;
  inputs.forced_lengths = forced_lengths;
  if (!CheckSearch(config, inputs).ok() || !IsSmall(config)) return;
  const auto search = CreateSearch(config, inputs);
  Require(search.ok(), "a search that is checked is created");
  while (!(*search)->done()) {
    const int64_t rows = (*search)->rows();
    const int64_t step = (*search)->step();
    Require(step < config.max_length(), "a search ends at max_length");
    const std::vector<float> scores = Scores(input, step, rows * kVocabulary, false);
    const std::vector<float> attention = Scores(input, step, rows * kSource, true);
    // vector<bool> has no memory of bools.
    const auto is_last = std::make_unique<bool[]>(rows);
    std::fill_n(is_last.get(), rows, step % 2 == 1);
    StepScores given;
    given.scores = scores;
    given.attention = attention;
    if (config.beam().has_transducer()) {
      given.is_last_chunk = absl::MakeConstSpan(is_last.get(), rows);
    }
    if (!(*search)->Step(given, &workers).ok()) return;
  }
  CheckResults(config, (*search)->Results());
}

}  // namespace
}  // namespace frazo::decode

std::vector<std::string> frazo::FuzzSeeds() {
  std::vector<std::string> seeds;
  for (const char* const text :
       {"beam { width: 3 n_best: 2 } eos_id: 2 max_length: 6 length_normalization: 0.6",
        "beam { width: 2 ensure_full_beam: true beam_gap: 1 } eos_id: 1 max_length: 4 "
        "coverage_penalty: 0.2 no_repeat_ngram: 2 banned_tokens: 3 required_tokens: 4",
        "beam { transducer { eoc_id: 3 merge_paths: true } } eos_id: 2 max_length: 5 "
        "score_kind: LOG_PROBABILITIES",
        "greedy {} eos_id: 2 max_length: 5 force_eos_in_last_step: true",
        "sampling { samples: 3 top_k: 4 top_p: 0.9 temperature: 0.7 } eos_id: 0 max_length: 5",
        "scoring {} eos_id: 2 max_length: 5"}) {
    frazo::Search config;
    Require(google::protobuf::TextFormat::ParseFromString(text, &config), text);
    seeds.push_back(config.SerializeAsString());
  }
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  frazo::decode::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
