#ifndef FRAZO_CORE_DECODE_CTC_PREFIX_SCORES_H_
#define FRAZO_CORE_DECODE_CTC_PREFIX_SCORES_H_

#include <cstdint>

#include "absl/types/span.h"

namespace frazo::decode {

// What CTC says of the texts that begin with a hypothesis, so that a search whose scores come from
// elsewhere can weigh it in (Watanabe et al. 2017, section III).
//
// Prefix: The tokens of a hypothesis.
// Prefix probability: The sum of the probabilities of all texts that begin with it, 1 if it is
// empty.
// Forward variables, [frames, 2]: for each frame the natural logarithms of the sums over the
// alignments of the prefix with the frames up to this one, of those that end with the prefix's last
// token and of those that end with a blank.

// The classes of an utterance's frames.
struct CtcUtterance {
  // Number of tokens and one for the blank, the last class.
  int64_t classes = 1;
  // [frames, classes], in [0, 1].
  absl::Span<const float> probabilities;

  int64_t frames() const { return probabilities.size() / classes; }
  float at(int64_t frame, int64_t symbol) const { return probabilities[frame * classes + symbol]; }
};

// The last token of the empty prefix.
constexpr int32_t kEmptyPrefix = -1;

// Sets the forward variables of the empty prefix.
void StartPrefix(const CtcUtterance& utterance, double* forward);

// Sets `forward` to the forward variables of a prefix with `token` behind it. `before` are those of
// the prefix, and `last` is its last token or kEmptyPrefix. Returns the logarithm of the prefix
// probability.
double ExtendPrefix(const CtcUtterance& utterance, const double* before, int32_t last,
                    int32_t token, double* forward);

// Sets scores[t], for each of the classes - 1 tokens, to the logarithm of the probability that a
// text which begins with the prefix has token t next, scores[eos] to that of its end there.
// Together they are 1. Time is linear in frames * classes.
//
// `forward`: the forward variables of the prefix. `last`: its last token or kEmptyPrefix.
// `log_prefix`: the logarithm of its prefix probability; if it is minus infinity, all scores are.
void ScoreNextTokens(const CtcUtterance& utterance, const double* forward, int32_t last,
                     double log_prefix, int32_t eos, float* scores);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_CTC_PREFIX_SCORES_H_
