#ifndef FRAZO_CORE_DECODE_TOKEN_SAMPLER_H_
#define FRAZO_CORE_DECODE_TOKEN_SAMPLER_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/decode/token_filter.h"
#include "frazo/proto/search.pb.h"

namespace frazo::decode {

// Draws tokens from the distributions that rows of scores stand for, as the message Sampling limits
// them. Keeps its memory from draw to draw.
class TokenSampler {
 public:
  TokenSampler(const frazo::Sampling& options, int64_t vocabulary);

  // `best`: the greatest score that `filter` allows, finite. `fraction`: uniform over [0, 1); it
  // decides the draw.
  int32_t Draw(absl::Span<const float> scores, const TokenFilter& filter, float best,
               double fraction);

 private:
  // Fills weights_ and drawn_ with what may be drawn.
  void Weigh(absl::Span<const float> scores, const TokenFilter& filter, float best);
  // Leaves in drawn_ the best tokens that top_k and top_p allow.
  void Limit();
  double TotalWeight() const;

  double temperature_;
  int64_t top_k_;
  double top_p_;
  // [token]: in proportion to the probabilities, 1 for the best.
  std::vector<double> weights_;
  // At first of full size, so that copies have the memory, too.
  std::vector<int32_t> drawn_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_TOKEN_SAMPLER_H_
