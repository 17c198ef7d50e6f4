#ifndef FRAZO_CORE_DECODE_SEARCH_RESULTS_H_
#define FRAZO_CORE_DECODE_SEARCH_RESULTS_H_

#include <cstdint>
#include <vector>

#include "core/decode/finished_set.h"
#include "core/decode/trellis.h"

namespace frazo::decode {

// The hypotheses that a search found, best first, in flat arrays of [sentences, best, ...]. Where a
// sentence has fewer, reasons are kNone, lengths 0 and totals minus infinity.
struct SearchResults {
  int64_t sentences = 0;
  // Hypotheses a sentence.
  int64_t best = 0;
  // Tokens of the longest one.
  int64_t longest = 0;
  // Attention weights a token.
  int64_t source = 0;

  // [sentences, best, longest]: the token that ended the hypothesis included; 0 behind it.
  std::vector<int32_t> tokens;
  // [sentences, best, longest]: log-probabilities; 0 behind the last token.
  std::vector<float> token_scores;
  // [sentences, best]: tokens of each.
  std::vector<int32_t> lengths;
  // [sentences, best]: sums of the token scores, and what hypotheses are ranked by.
  std::vector<float> totals;
  std::vector<float> normalized;
  // [sentences, best]
  std::vector<FinishReason> reasons;
  // [sentences, best, longest, source]: the weights by which each token was scored.
  std::vector<float> attention;
};

SearchResults CollectResults(const FinishedSet& finished, int64_t sentences,
                             const Trellis& trellis);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_SEARCH_RESULTS_H_
