#include "core/decode/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/decode/row_scan.h"
#include "core/status/status_macros.h"

namespace frazo::decode {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

absl::Status CheckSize(std::string_view what, int64_t size, int64_t rows, int64_t width) {
  if (size == rows * width) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", size, " values; expected ",
                                                 rows * width, ", for each of ", rows, " rows ",
                                                 width));
}

}  // namespace

Search::Search(const frazo::Search& config, const SearchInputs& inputs, int64_t lanes,
               int64_t candidates)
    : eos_id_(config.eos_id()),
      max_length_(config.max_length()),
      force_eos_in_last_step_(config.force_eos_in_last_step()),
      rules_(config, inputs, inputs.sentences * SearchWidth(config)),
      ranking_(config, inputs.source),
      finished_(inputs.sentences, SearchResultsPerSentence(config)),
      takes_logits_(config.score_kind() == frazo::Search::LOGITS),
      takes_last_chunk_(config.beam().has_transducer()),
      vocabulary_(inputs.vocabulary),
      sentence_count_(inputs.sentences),
      candidates_per_row_(std::min(candidates, inputs.vocabulary)),
      source_lengths_(inputs.source_lengths.begin(), inputs.source_lengths.end()),
      trellis_(config.max_length(), inputs.sentences * SearchWidth(config), inputs.source) {
  source_lengths_.resize(inputs.sentences, inputs.source);
  const int64_t rows = inputs.sentences * SearchWidth(config);
  rows_.reserve(rows);
  next_rows_.reserve(rows);
  sentences_.reserve(rows);
  parents_.reserve(rows);
  tokens_.reserve(rows);
  candidates_.resize(rows * candidates_per_row_);
  lists_.resize(rows);
  log_sums_.resize(rows);
  for (int32_t sentence = 0; sentence < inputs.sentences; ++sentence) {
    // An empty target has no token to score.
    if (config.has_scoring() && rules_.forced_length(sentence) == 0) continue;
    for (int32_t lane = 0; lane < lanes; ++lane) {
      rows_.push_back({sentence, lane, 0});
      sentences_.push_back(sentence);
      parents_.push_back(sentence);
    }
  }
}

absl::Status Search::Step(const StepScores& scores, ParallelRows* parallel) {
  FRAZO_RETURN_IF_ERROR(CheckSizes(scores));
  trellis_.SetAttention(step_, scores.attention);
  const auto score_rows = [this, &scores](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      rules_.Prepare(trellis_, step_, row);
      ScoreRow(row, scores.scores.subspan(row * vocabulary_, vocabulary_));
    }
  };
  // A token takes about a cycle, half of it for reading.
  parallel->Run(rows(), vocabulary_, score_rows);
  for (int64_t row = 0; row < rows(); ++row) {
    FRAZO_RETURN_IF_ERROR(CheckRow(row, scores.scores.subspan(row * vocabulary_, vocabulary_)));
  }
  next_rows_.clear();
  sentences_.clear();
  parents_.clear();
  tokens_.clear();
  Select(scores);
  rows_.swap(next_rows_);
  ++step_;
  return absl::OkStatus();
}

absl::Status Search::CheckSizes(const StepScores& scores) const {
  if (done()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the search was done after ", step_, " steps; take no more"));
  }
  FRAZO_RETURN_IF_ERROR(CheckSize("scores", scores.scores.size(), rows(), vocabulary_));
  FRAZO_RETURN_IF_ERROR(CheckSize("attention", scores.attention.size(), rows(), source()));
  if (scores.is_last_chunk.empty()) return absl::OkStatus();
  if (!takes_last_chunk_) {
    return absl::InvalidArgumentError(
        "is_last_chunk is for a search with beam.transducer; leave it out");
  }
  return CheckSize("is_last_chunk", scores.is_last_chunk.size(), rows(), 1);
}

absl::Status Search::CheckRow(int64_t row, absl::Span<const float> scores) const {
  const absl::Span<const Candidate> best = Best(row);
  if (log_sums_[row] == kInfinity || (!best.empty() && best[0].score == kInfinity)) {
    return RowFault(row, "a score is plus infinity");
  }
  if (best.empty() &&
      std::all_of(scores.begin(), scores.end(), [](float score) { return std::isnan(score); })) {
    return RowFault(row, "every score is NaN");
  }
  return absl::OkStatus();
}

absl::Status Search::RowFault(int64_t row, const char* what) const {
  int64_t first = row;
  while (first > 0 && rows_[first - 1].sentence == rows_[row].sentence) --first;
  return absl::InvalidArgumentError(
      absl::StrCat("sentence ", rows_[row].sentence, ", hypothesis ", row - first, ", step ", step_,
                   ": ", what, "; look for an overflow or a division by zero in the model"));
}

void Search::ScoreRow(int64_t row, absl::Span<const float> scores) { ScanRow(row, scores); }

void Search::ScanRow(int64_t row, absl::Span<const float> scores) {
  const int32_t forced = rules_.Forced(rows_[row].sentence, step_);
  // A forced token may be banned.
  const TokenFilter filter = forced == TokenRules::kNotForced ? rules_.Filter(row) : TokenFilter();
  CandidateList& list = lists_[row];
  list = CandidateList(CandidateMemory(row));
  log_sums_[row] = 0;
  if (takes_logits_) {
    log_sums_[row] = ScanLogits(scores, filter, &list);
  } else {
    ScanLogProbabilities(scores, filter, &list);
  }
  if (forced != TokenRules::kNotForced) {
    SetForced(row, scores, forced);
  } else if (ForcesEos(row) && scores[eos_id_] > -kInfinity) {
    SetForced(row, scores, eos_id_);
  }
}

bool Search::ForcesEos(int64_t row) const {
  return is_last_step() && force_eos_in_last_step_ && rules_.Filter(row).Allows(eos_id_) &&
         rules_.Forced(rows_[row].sentence, step_) == TokenRules::kNotForced;
}

void Search::SetForced(int64_t row, absl::Span<const float> scores, int32_t token) {
  CandidateList& list = lists_[row];
  list = CandidateList(CandidateMemory(row));
  if (scores[token] > list.threshold()) list.Add({scores[token], token});
}

void Search::SetChoice(int64_t row, Candidate candidate) {
  lists_[row] = CandidateList(CandidateMemory(row));
  lists_[row].Add(candidate);
}

absl::Span<Candidate> Search::CandidateMemory(int64_t row) {
  return absl::MakeSpan(candidates_).subspan(row * candidates_per_row_, candidates_per_row_);
}

Extension Search::Extended(int64_t row, Candidate candidate) const {
  const float score = candidate.score - log_sums_[row];
  return {rows_[row].total + score, score, candidate.token, static_cast<int32_t>(row)};
}

void Search::Extend(const Extension& extension) {
  if (is_last_step()) return Finish(extension, FinishReason::kLength);
  // A sum of finite scores may be minus infinity.
  if (!(extension.total > -kInfinity)) return;
  trellis_.node(step_, next_rows_.size()) = {extension.token, extension.row, extension.score};
  const Row& row = rows_[extension.row];
  next_rows_.push_back({row.sentence, row.lane, extension.total});
  sentences_.push_back(row.sentence);
  parents_.push_back(extension.row);
  tokens_.push_back(extension.token);
}

void Search::Finish(const Extension& extension, FinishReason reason) {
  if (!(extension.total > -kInfinity)) return;
  const int32_t sentence = rows_[extension.row].sentence;
  FinishedHypothesis hypothesis;
  hypothesis.reason = reason;
  hypothesis.step = step_;
  hypothesis.row = extension.row;
  hypothesis.token = extension.token;
  hypothesis.token_score = extension.score;
  hypothesis.total = extension.total;
  hypothesis.normalized =
      ranking_.Normalized(extension.total, step_ + 1) +
      ranking_.Coverage(trellis_, step_, extension.row, source_lengths_[sentence]);
  finished_.Add(sentence, hypothesis);
}

}  // namespace frazo::decode
