#ifndef FRAZO_CORE_DECODE_SEARCH_INPUTS_H_
#define FRAZO_CORE_DECODE_SEARCH_INPUTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "frazo/proto/search.pb.h"

namespace frazo::decode {

// Describes the sentences of a search. The caller owns the memory, which is read only while the
// search is created.
struct SearchInputs {
  // B, the number of sentences; >= 0.
  int64_t sentences = 0;
  // V, the number of tokens in the vocabulary; >= 1.
  int64_t vocabulary = 0;
  // S, the number of attention weights per row of scores. 0 if there are none.
  int64_t source = 0;
  // [B], 0 .. S: the number of source positions that count for the coverage. Empty: S for each.
  absl::Span<const int32_t> source_lengths;
  // [B, longest]: tokens that each hypothesis of a sentence begins with, whatever their scores; for
  // TargetScoring all its tokens. Only the first `forced_lengths` count.
  absl::Span<const int32_t> forced;
  // [B], 0 .. longest. Empty: no token is forced.
  absl::Span<const int32_t> forced_lengths;
  // [B], for Sampling: sentences with different seeds draw different tokens. Empty: the number of
  // the sentence.
  absl::Span<const int64_t> seeds;

  int64_t longest_forced() const { return sentences == 0 ? 0 : forced.size() / sentences; }
};

// The maximal number of hypotheses of a sentence that are scored at once.
int64_t SearchWidth(const frazo::Search& config);
// The number of results per sentence.
int64_t SearchResultsPerSentence(const frazo::Search& config);

// Errors: kInvalidArgument, which names the field of the configuration or the input, its value and
// the values allowed; kResourceExhausted if the search needs memory for more than 2^31 tokens.
absl::Status CheckSearch(const frazo::Search& config, const SearchInputs& inputs);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_SEARCH_INPUTS_H_
