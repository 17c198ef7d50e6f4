#ifndef FRAZO_CORE_DECODE_CTC_PREFIX_BEAM_SEARCH_H_
#define FRAZO_CORE_DECODE_CTC_PREFIX_BEAM_SEARCH_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/decode/parallel_rows.h"

namespace frazo::decode {

struct CtcBeamOptions {
  // Prefixes that are kept after each frame. More find more of a text's alignments and take
  // proportionally longer. 1 .. 1,000,000.
  int64_t width = 8;
  // Texts per utterance, best first. 1 .. width.
  int64_t n_best = 1;
  // A frame makes no new prefix with a token whose log-probability is lower than that of the
  // frame's most probable class by more than this. Prefixes that are there already are not
  // affected. >= 0; infinity: all tokens make prefixes.
  float token_gap = std::numeric_limits<float>::infinity();
};

// What a model says about the frames of a batch of utterances.
struct CtcFrames {
  int64_t batch = 0;
  // Frames of the longest utterance.
  int64_t time = 0;
  // Number of tokens and one for the blank, the last class. >= 1.
  int64_t classes = 1;
  // [batch, time, classes], natural logarithms of probabilities. Minus infinity is one.
  absl::Span<const float> log_probabilities;
  // [batch], frames of each utterance, 0 .. time. What is behind them is not read.
  absl::Span<const int32_t> lengths;
};

// The texts of a batch of utterances.
struct CtcTexts {
  // Tokens of the longest text.
  int64_t longest = 0;
  // [batch, n_best, longest], 0 behind the last token.
  std::vector<int32_t> tokens;
  // [batch, n_best]
  std::vector<int32_t> lengths;
  // [batch, n_best], the logarithm of the sum of the probabilities of all alignments of the text
  // that the search has met. Minus infinity where an utterance has fewer texts: their length is 0.
  std::vector<float> scores;
};

// Finds the most probable texts of utterances by a search for prefixes, whose alignments are summed
// (Graves and Jaitly 2014, algorithm 1; Hannun et al. 2014). With a width that no utterance fills
// it finds all texts with their exact probabilities.
//
// Deterministic: prefixes of equal probability come in the order of PrefixTrie::ComesBefore.
//
// Error: kInvalidArgument for options outside their ranges, shapes that do not fit, a length
// outside 0 .. time, and a log-probability of a frame that is NaN or plus infinity; the message
// names the option, or the utterance and its frame.
absl::StatusOr<CtcTexts> CtcBeamSearch(const CtcFrames& frames, const CtcBeamOptions& options,
                                       ParallelRows* threads);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_CTC_PREFIX_BEAM_SEARCH_H_
