#ifndef FRAZO_CORE_DECODE_SEARCH_RESULTS_H_
#define FRAZO_CORE_DECODE_SEARCH_RESULTS_H_

#include <cstdint>
#include <vector>

#include "core/decode/finished_set.h"
#include "core/decode/trellis.h"

namespace frazo::decode {

// The hypotheses that a search found, best first, in flat arrays [sentences, best, ...]. If a
// sentence has fewer, the missing ones have reason kNone, length 0 and total minus infinity.
struct SearchResults {
  int64_t sentences = 0;
  // Number of hypotheses per sentence.
  int64_t best = 0;
  // Number of tokens of the longest hypothesis.
  int64_t longest = 0;
  // Number of attention weights per token.
  int64_t source = 0;

  // [sentences, best, longest], including the token that ended the hypothesis; 0 after it.
  std::vector<int32_t> tokens;
  // [sentences, best, longest]: log-probabilities; 0 after the last token.
  std::vector<float> token_scores;
  // [sentences, best]: the number of tokens.
  std::vector<int32_t> lengths;
  // [sentences, best]: the sums of the token scores, and the scores that rank the hypotheses.
  std::vector<float> totals;
  std::vector<float> normalized;
  // [sentences, best]
  std::vector<FinishReason> reasons;
  // [sentences, best, longest, source]: the attention weights of each token.
  std::vector<float> attention;
};

SearchResults CollectResults(const FinishedSet& finished, int64_t sentences,
                             const Trellis& trellis);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_SEARCH_RESULTS_H_
