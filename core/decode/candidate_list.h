#ifndef FRAZO_CORE_DECODE_CANDIDATE_LIST_H_
#define FRAZO_CORE_DECODE_CANDIDATE_LIST_H_

#include <cstdint>
#include <limits>

#include "absl/types/span.h"

namespace frazo::decode {

// A token that may follow. The score is the one of the model, or the log-probability.
struct Candidate {
  float score;
  int32_t token;
};

// Keeps the best of the candidates that are added, best first. Candidates must be added in
// ascending order of tokens; of equal scores the smaller token is better. The caller owns the
// memory.
class CandidateList {
 public:
  CandidateList() = default;
  // Keeps up to `memory.size()` candidates, at least 1.
  explicit CandidateList(absl::Span<Candidate> memory) : memory_(memory) {}

  // A candidate is kept only if its score is greater. NaN and minus infinity are never kept.
  float threshold() const { return threshold_; }

  // `candidate.score` must be greater than threshold().
  void Add(Candidate candidate) {
    int64_t position = size_ < static_cast<int64_t>(memory_.size()) ? size_++ : size_ - 1;
    for (; position > 0 && memory_[position - 1].score < candidate.score; --position) {
      memory_[position] = memory_[position - 1];
    }
    memory_[position] = candidate;
    if (size_ == static_cast<int64_t>(memory_.size())) threshold_ = memory_[size_ - 1].score;
  }

  absl::Span<Candidate> candidates() const { return memory_.subspan(0, size_); }

 private:
  absl::Span<Candidate> memory_;
  int64_t size_ = 0;
  float threshold_ = -std::numeric_limits<float>::infinity();
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_CANDIDATE_LIST_H_
