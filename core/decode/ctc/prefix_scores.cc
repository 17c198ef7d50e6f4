#include "core/decode/ctc/prefix_scores.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/decode/ctc/log_add.h"

namespace frazo::decode {
namespace {

double Logarithm(double probability) {
  return probability > 0 ? std::log(probability) : kImpossible;
}

// The forward variables of a prefix.
class Forward {
 public:
  Forward(const double* values, int32_t last) : values_(values), last_(last) {}

  double ends_token(int64_t frame) const { return values_[2 * frame]; }
  double ends_blank(int64_t frame) const { return values_[2 * frame + 1]; }

  // The logarithm of the sum of the alignments with the frames before `frame` behind which a token
  // may come. Between two equal tokens there is a blank.
  double Before(int64_t frame, bool is_repeated) const {
    if (frame == 0) return last_ == kEmptyPrefix ? 0 : kImpossible;
    if (is_repeated) return ends_blank(frame - 1);
    return LogAdd(ends_token(frame - 1), ends_blank(frame - 1));
  }

  // The logarithm of the probability that the text is the prefix.
  double Whole(int64_t frames) const { return Before(frames, false); }

 private:
  const double* values_;
  int32_t last_;
};

}  // namespace

void StartPrefix(const CtcUtterance& utterance, double* forward) {
  double blanks = 0;
  for (int64_t frame = 0; frame < utterance.frames(); ++frame) {
    blanks += Logarithm(utterance.at(frame, utterance.classes - 1));
    forward[2 * frame] = kImpossible;
    forward[2 * frame + 1] = blanks;
  }
}

double ExtendPrefix(const CtcUtterance& utterance, const double* before, int32_t last,
                    int32_t token, double* forward) {
  const Forward prefix(before, last);
  double log_prefix = kImpossible;
  double ends_token = kImpossible;
  double ends_blank = kImpossible;
  for (int64_t frame = 0; frame < utterance.frames(); ++frame) {
    const double of_token = Logarithm(utterance.at(frame, token));
    const double of_blank = Logarithm(utterance.at(frame, utterance.classes - 1));
    const double begins = prefix.Before(frame, token == last);
    log_prefix = LogAdd(log_prefix, begins + of_token);
    ends_blank = LogAdd(ends_token, ends_blank) + of_blank;
    ends_token = LogAdd(ends_token, begins) + of_token;
    forward[2 * frame] = ends_token;
    forward[2 * frame + 1] = ends_blank;
  }
  return log_prefix;
}

void ScoreNextTokens(const CtcUtterance& utterance, const double* forward, int32_t last,
                     double log_prefix, int32_t eos, float* scores) {
  const int64_t tokens = utterance.classes - 1;
  const int64_t frames = utterance.frames();
  if (log_prefix == kImpossible) {
    std::fill_n(scores, tokens, kImpossible);
    return;
  }
  const Forward prefix(forward, last);
  double greatest = kImpossible;
  for (int64_t frame = 0; frame < frames; ++frame) {
    greatest = std::max(greatest, prefix.Before(frame, false));
  }
  // The sums are kept as multiples of exp(greatest), so that no logarithm is taken for a frame's
  // token.
  std::vector<double> sums(tokens, 0.0);
  double repeated = 0;
  for (int64_t frame = 0; frame < frames; ++frame) {
    const double weight = std::exp(prefix.Before(frame, false) - greatest);
    if (!(weight > 0)) continue;
    const float* const of_frame = &utterance.probabilities[frame * utterance.classes];
    for (int64_t token = 0; token < tokens; ++token) sums[token] += weight * of_frame[token];
    if (last != kEmptyPrefix) {
      repeated += std::exp(prefix.Before(frame, true) - greatest) * of_frame[last];
    }
  }
  if (last != kEmptyPrefix) sums[last] = repeated;
  for (int64_t token = 0; token < tokens; ++token) {
    // No logarithm of a probability is above 0, but for rounding.
    scores[token] = std::min(0.0, Logarithm(sums[token]) + greatest - log_prefix);
  }
  scores[eos] = std::min(0.0, prefix.Whole(frames) - log_prefix);
}

}  // namespace frazo::decode
