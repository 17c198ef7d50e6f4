#ifndef FRAZO_CORE_DECODE_TOKEN_SAMPLER_H_
#define FRAZO_CORE_DECODE_TOKEN_SAMPLER_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/decode/token_filter.h"
#include "frazo/proto/search.pb.h"

namespace frazo::decode {

// Draws tokens from the distribution of a row of scores, with the limits of the message Sampling.
// It keeps its memory between draws.
class TokenSampler {
 public:
  TokenSampler(const frazo::Sampling& options, int64_t vocabulary);

  // Draws a token. `best` is the greatest score that `filter` allows, finite. `fraction`, uniform
  // over [0, 1), decides the draw.
  int32_t Draw(absl::Span<const float> scores, const TokenFilter& filter, float best,
               double fraction);

 private:
  // Fills weights_ and drawn_ with the tokens that may be drawn.
  void Weigh(absl::Span<const float> scores, const TokenFilter& filter, float best);
  // Removes all but the best tokens that top_k and top_p allow from drawn_.
  void Limit();
  double TotalWeight() const;

  double temperature_;
  int64_t top_k_;
  double top_p_;
  // [token]: proportional to the probabilities; the best token has 1.
  std::vector<double> weights_;
  // It has its full size at first, so that copies allocate all of their memory.
  std::vector<int32_t> drawn_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_TOKEN_SAMPLER_H_
