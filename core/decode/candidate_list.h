#ifndef FRAZO_CORE_DECODE_CANDIDATE_LIST_H_
#define FRAZO_CORE_DECODE_CANDIDATE_LIST_H_

#include <cstdint>
#include <limits>

#include "absl/types/span.h"

namespace frazo::decode {

// A token that may follow, with its score: as the model gave it, or its log-probability.
struct Candidate {
  float score;
  int32_t token;
};

// The best of the candidates that were added in ascending order of their tokens, best first; of
// equal scores the smaller token is better. The memory is the caller's.
class CandidateList {
 public:
  CandidateList() = default;
  // Keeps up to `memory.size()` candidates, at least 1.
  explicit CandidateList(absl::Span<Candidate> memory) : memory_(memory) {}

  // A candidate is kept only if its score is greater; never a NaN or minus infinity.
  float threshold() const { return threshold_; }

  // `candidate.score` > threshold().
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
