#ifndef FRAZO_CORE_DECODE_TESTING_SCRIPTED_SEARCH_H_
#define FRAZO_CORE_DECODE_TESTING_SCRIPTED_SEARCH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/decode/create_search.h"
#include "core/decode/row_workers.h"
#include "core/decode/search.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::decode {

// Parses `text`, and replaces the fields that `changes` sets.
inline frazo::Search ParseSearch(const std::string& text, const std::string& changes = "") {
  frazo::Search config, changed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(changes, &changed)) << changes;
  config.MergeFrom(changed);
  return config;
}

// A hypothesis in the form that tests compare.
struct Found {
  std::vector<int32_t> tokens;
  float total = 0;
  float normalized = 0;
  FinishReason reason = FinishReason::kNone;
  std::vector<float> token_scores;
};

// Returns the hypotheses of a sentence, best first.
inline std::vector<Found> OfSentence(const SearchResults& results, int64_t sentence) {
  std::vector<Found> found;
  for (int64_t i = sentence * results.best; i < (sentence + 1) * results.best; ++i) {
    if (results.reasons[i] == FinishReason::kNone) continue;
    const auto begin = i * results.longest;
    const auto end = begin + results.lengths[i];
    found.push_back({{results.tokens.begin() + begin, results.tokens.begin() + end},
                     results.totals[i],
                     results.normalized[i],
                     results.reasons[i],
                     {results.token_scores.begin() + begin, results.token_scores.begin() + end}});
  }
  return found;
}

// A search to which a test gives scores row by row. It records the path of every row.
class ScriptedSearch {
 public:
  using Rows = std::vector<std::vector<float>>;
  using Path = std::vector<int32_t>;

  ScriptedSearch(const std::string& config, const SearchInputs& inputs, int threads = 1)
      : ScriptedSearch(ParseSearch(config), inputs, threads) {}

  ScriptedSearch(const frazo::Search& config, const SearchInputs& inputs, int threads = 1)
      : workers_(std::make_unique<RowWorkers>(threads)) {
    auto created = CreateSearch(config, inputs);
    EXPECT_TRUE(created.ok()) << created.status();
    search_ = *std::move(created);
    paths_.resize(inputs.sentences);
    Follow();
  }

  absl::Status TryStep(const Rows& scores, const Rows& attention = {},
                       const std::vector<char>& is_last_chunk = {}) {
    std::vector<float> flat_scores, flat_attention;
    for (const auto& row : scores) flat_scores.insert(flat_scores.end(), row.begin(), row.end());
    for (const auto& row : attention) {
      flat_attention.insert(flat_attention.end(), row.begin(), row.end());
    }
    StepScores step;
    step.scores = flat_scores;
    step.attention = flat_attention;
    static_assert(sizeof(bool) == sizeof(char));
    step.is_last_chunk = absl::MakeConstSpan(reinterpret_cast<const bool*>(is_last_chunk.data()),
                                             is_last_chunk.size());
    const absl::Status status = search_->Step(step, workers_.get());
    if (status.ok()) Follow();
    return status;
  }

  void Step(const Rows& scores, const Rows& attention = {},
            const std::vector<char>& is_last_chunk = {}) {
    const absl::Status status = TryStep(scores, attention, is_last_chunk);
    ASSERT_TRUE(status.ok()) << status;
  }

  Search& operator*() { return *search_; }
  Search* operator->() { return search_.get(); }

  // The path of each row.
  const std::vector<Path>& paths() const { return paths_; }
  std::vector<float> totals() const {
    std::vector<float> totals;
    for (int64_t row = 0; row < search_->rows(); ++row) totals.push_back(search_->total(row));
    return totals;
  }
  std::vector<int32_t> tokens() const { return Copy(search_->tokens()); }
  std::vector<int32_t> parents() const { return Copy(search_->parents()); }
  std::vector<int32_t> sentences() const { return Copy(search_->sentences()); }
  std::vector<Found> Finished(int64_t sentence = 0) const {
    return OfSentence(search_->Results(), sentence);
  }

 private:
  static std::vector<int32_t> Copy(absl::Span<const int32_t> span) {
    return {span.begin(), span.end()};
  }

  void Follow() {
    std::vector<Path> next;
    for (int64_t row = 0; row < search_->rows(); ++row) {
      next.push_back(paths_[search_->parents()[row]]);
      if (search_->step() > 0) next.back().push_back(search_->tokens()[row]);
    }
    paths_ = std::move(next);
  }

  std::unique_ptr<RowWorkers> workers_;
  std::unique_ptr<Search> search_;
  std::vector<Path> paths_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_TESTING_SCRIPTED_SEARCH_H_
