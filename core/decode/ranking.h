#ifndef FRAZO_CORE_DECODE_RANKING_H_
#define FRAZO_CORE_DECODE_RANKING_H_

#include <cstdint>
#include <vector>

#include "core/decode/trellis.h"
#include "frazo/proto/search.pb.h"

namespace frazo::decode {

// Computes the score that ranks hypotheses, as search.proto defines it.
class Ranking {
 public:
  // `source`: the largest source length.
  Ranking(const frazo::Search& config, int64_t source);

  // Whether the rank depends on coverage, which needs attention.
  bool needs_attention() const { return coverage_penalty_ != 0; }

  // Returns the normalized score of `total` over `length` >= 1 tokens, without coverage.
  float Normalized(float total, int64_t length) const;

  // Returns the coverage part of the rank for the path that ends by extending `row` at `step`. The
  // first `source_length` positions count.
  float Coverage(const Trellis& trellis, int64_t step, int64_t row, int64_t source_length);

  // Returns an upper bound of the rank of hypotheses whose total is at most `total` and that have
  // min_length .. max_length tokens when they end.
  float Bound(float total, int64_t min_length, int64_t max_length, int64_t source_length) const;

 private:
  float length_normalization_;
  float coverage_penalty_;
  float target_source_ratio_;
  // The attention mass of each source position; a member, so that its memory is reused.
  std::vector<float> mass_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_RANKING_H_
