#ifndef FRAZO_CORE_DECODE_SEARCH_H_
#define FRAZO_CORE_DECODE_SEARCH_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/decode/candidate_list.h"
#include "core/decode/extension.h"
#include "core/decode/finished_set.h"
#include "core/decode/parallel_rows.h"
#include "core/decode/ranking.h"
#include "core/decode/search_inputs.h"
#include "core/decode/search_results.h"
#include "core/decode/token_rules.h"
#include "core/decode/trellis.h"
#include "frazo/proto/search.pb.h"

namespace frazo::decode {

// The model's output for the rows of a step.
struct StepScores {
  // [rows, vocabulary], logits or log-probabilities, as Search.score_kind says.
  absl::Span<const float> scores;
  // [rows, source]; empty if source is 0.
  absl::Span<const float> attention;
  // [rows]: whether the row reads the last chunk. For transducers only; empty if no row does.
  absl::Span<const bool> is_last_chunk;
};

// Searches for the outputs of many sentences at once, token by token.
//
// Hypothesis: a possible beginning of a sentence's output, and its score.
// Row: a hypothesis that waits for scores of its next token. Rows are ordered by sentence, best
// first. A hypothesis that ends leaves its row. When a sentence is done, all its rows leave, so
// that the model has less work.
//
// Before every step the caller moves the model's state: row i takes over the state of row
// parents()[i] of the previous step, and before the first step that of sentence parents()[i].
//
//   FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<Search> search, CreateSearch(config, inputs));
//   while (!search->done()) {
//     state = Gather(state, search->parents());
//     const StepScores scores = model(search->tokens(), &state);
//     FRAZO_RETURN_IF_ERROR(search->Step(scores, &workers));
//   }
//   return search->Results();
//
// tokens() is empty before the first step, where the model reads the start of a sentence.
//
// Results depend on the inputs alone, not on threads. All memory is allocated when the search is
// created. Not thread-safe.
class Search {
 public:
  virtual ~Search() = default;

  // A deep copy; the two are independent.
  virtual std::unique_ptr<Search> Clone() const = 0;

  // Extends or ends each row. Errors, which change nothing: kInvalidArgument for wrong sizes, or if
  // the scores of a row are all NaN or one is plus infinity; it names the sentence, the hypothesis
  // and the step. kFailedPrecondition after the last step.
  absl::Status Step(const StepScores& scores, ParallelRows* parallel);

  // The number of steps done.
  int64_t step() const { return step_; }
  bool done() const { return rows_.empty(); }
  int64_t rows() const { return rows_.size(); }
  // [rows]: the sentence of each row, and the row of the previous step that it extends.
  absl::Span<const int32_t> sentences() const { return sentences_; }
  absl::Span<const int32_t> parents() const { return parents_; }
  // [rows]: the last token; empty before the first step.
  absl::Span<const int32_t> tokens() const { return tokens_; }
  // The total of the hypothesis in a row.
  float total(int64_t row) const { return rows_[row].total; }

  int64_t vocabulary() const { return vocabulary_; }
  int64_t source() const { return trellis_.source(); }

  // Returns the hypotheses that have ended so far; complete when done().
  SearchResults Results() const { return CollectResults(finished_, sentence_count_, trellis_); }

 protected:
  struct Row {
    int32_t sentence;
    // The row's number among the rows that its sentence started with.
    int32_t lane;
    float total;
  };

  // `lanes`: the number of rows that each sentence starts with. `candidates`: the number of best
  // tokens to keep per row.
  Search(const frazo::Search& config, const SearchInputs& inputs, int64_t lanes,
         int64_t candidates);
  Search(const Search&) = default;

  // Chooses the tokens that the row may continue with. Called for each row, from any thread.
  virtual void ScoreRow(int64_t row, absl::Span<const float> scores);

  // Extends or finishes every row, in order.
  virtual void Select(const StepScores& scores) = 0;

  // Extends or finishes a row; for Select(). The score is a log-probability and not minus infinity.
  void Extend(const Extension& extension);
  void Finish(const Extension& extension, FinishReason reason);

  // Finds the best tokens of the row.
  void ScanRow(int64_t row, absl::Span<const float> scores);

  const std::vector<Row>& live() const { return rows_; }
  bool is_last_step() const { return step_ + 1 == max_length_; }
  // Returns the extension by a candidate, with its log-probability.
  Extension Extended(int64_t row, Candidate candidate) const;
  // The best tokens of the row with the model's scores; none is NaN or minus infinity.
  absl::Span<const Candidate> Best(int64_t row) const { return lists_[row].candidates(); }
  // Makes this candidate the only one of the row.
  void SetChoice(int64_t row, Candidate candidate);
  // Tells whether eos_id is taken in this step, whatever its score.
  bool ForcesEos(int64_t row) const;
  bool IsForced(int64_t row) const {
    return rules_.Forced(rows_[row].sentence, step_) != TokenRules::kNotForced || ForcesEos(row);
  }
  int32_t source_length(int64_t sentence) const { return source_lengths_[sentence]; }

  const int32_t eos_id_;
  const int32_t max_length_;
  const bool force_eos_in_last_step_;
  TokenRules rules_;
  Ranking ranking_;
  FinishedSet finished_;

 private:
  absl::Status CheckSizes(const StepScores& scores) const;
  absl::Status CheckRow(int64_t row, absl::Span<const float> scores) const;
  absl::Status RowFault(int64_t row, const char* what) const;
  void SetForced(int64_t row, absl::Span<const float> scores, int32_t token);
  absl::Span<Candidate> CandidateMemory(int64_t row);

  const bool takes_logits_;
  const bool takes_last_chunk_;
  const int64_t vocabulary_;
  const int64_t sentence_count_;
  const int64_t candidates_per_row_;
  std::vector<int32_t> source_lengths_;
  Trellis trellis_;

  int64_t step_ = 0;
  std::vector<Row> rows_;
  std::vector<Row> next_rows_;
  std::vector<int32_t> sentences_;
  std::vector<int32_t> parents_;
  std::vector<int32_t> tokens_;

  // [row, candidates_per_row]: the memory of the lists.
  std::vector<Candidate> candidates_;
  std::vector<CandidateList> lists_;
  // [row]: the number that is subtracted from scores to give log-probabilities.
  std::vector<float> log_sums_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_SEARCH_H_
