#ifndef FRAZO_CORE_DECODE_FINISHED_SET_H_
#define FRAZO_CORE_DECODE_FINISHED_SET_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/types/span.h"

namespace frazo::decode {

// Why a hypothesis ended. Python uses the same numbers.
enum class FinishReason : int32_t {
  // There is no hypothesis here.
  kNone = 0,
  kEos = 1,
  // A transducer reached the end of the last chunk.
  kEoc = 2,
  // The hypothesis was cut at max_length, or the given target ended here.
  kLength = 3,
};

// A hypothesis that ended: its last token, and the position of the other tokens in the trellis.
struct FinishedHypothesis {
  FinishReason reason = FinishReason::kNone;
  // The step that chose the last token, the row that the token extends, and its score.
  int32_t step = 0;
  int32_t row = 0;
  int32_t token = 0;
  float token_score = 0;
  float total = -std::numeric_limits<float>::infinity();
  float normalized = -std::numeric_limits<float>::infinity();
};

// The best finished hypotheses of each sentence, best first, in the total order of search.proto.
class FinishedSet {
 public:
  // Keeps up to `best` >= 1 hypotheses per sentence.
  FinishedSet(int64_t sentences, int64_t best);

  void Add(int64_t sentence, const FinishedHypothesis& hypothesis);

  absl::Span<const FinishedHypothesis> OfSentence(int64_t sentence) const;

  // The number of hypotheses that ended by themselves, including those that are no longer kept.
  int64_t ended(int64_t sentence) const { return sentences_[sentence].ended; }
  // The greatest total of these; minus infinity before the first.
  float best_total(int64_t sentence) const { return sentences_[sentence].best_total; }

  int64_t best() const { return best_; }

 private:
  struct Sentence {
    int64_t kept = 0;
    int64_t ended = 0;
    float best_total = -std::numeric_limits<float>::infinity();
  };

  int64_t best_;
  std::vector<Sentence> sentences_;
  // [sentence, best]
  std::vector<FinishedHypothesis> hypotheses_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_FINISHED_SET_H_
