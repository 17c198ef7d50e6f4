#ifndef FRAZO_CORE_DECODE_RANKING_H_
#define FRAZO_CORE_DECODE_RANKING_H_

#include <cstdint>
#include <vector>

#include "core/decode/trellis.h"
#include "frazo/proto/search.pb.h"

namespace frazo::decode {

// The score that hypotheses are ranked by, as search.proto defines it.
class Ranking {
 public:
  // `source`: the largest source length.
  Ranking(const frazo::Search& config, int64_t source);

  // Whether coverage counts, which needs attention.
  bool needs_attention() const { return coverage_penalty_ != 0; }

  // The normalized score of `total` over `length` >= 1 tokens, without coverage.
  float Normalized(float total, int64_t length) const;

  // The part for coverage of the path that ends by extending `row` at `step`. The first
  // `source_length` positions count.
  float Coverage(const Trellis& trellis, int64_t step, int64_t row, int64_t source_length);

  // No hypothesis of a total of at most `total` that has min_length .. max_length tokens when it
  // ends ranks higher.
  float Bound(float total, int64_t min_length, int64_t max_length, int64_t source_length) const;

 private:
  float length_normalization_;
  float coverage_penalty_;
  float target_source_ratio_;
  // Attention mass of each source position; here so that its memory is used again.
  std::vector<float> mass_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_RANKING_H_
