#ifndef FRAZO_CORE_DECODE_SEARCH_INPUTS_H_
#define FRAZO_CORE_DECODE_SEARCH_INPUTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "frazo/proto/search.pb.h"

namespace frazo::decode {

// What a search is given about its sentences before the first step. Its memory is the caller's, and
// only read while the search is made.
struct SearchInputs {
  // B, >= 0.
  int64_t sentences = 0;
  // V, >= 1.
  int64_t vocabulary = 0;
  // S: attention weights that come with each row of scores. 0: none come.
  int64_t source = 0;
  // [B], 0 .. S: source positions that count for the coverage. Empty: S for each.
  absl::Span<const int32_t> source_lengths;
  // [B, longest]: tokens that each hypothesis of a sentence begins with, whatever their scores; for
  // TargetScoring all its tokens. Read up to `forced_lengths`.
  absl::Span<const int32_t> forced;
  // [B], 0 .. longest. Empty: no token is forced.
  absl::Span<const int32_t> forced_lengths;
  // [B], for Sampling: what tells this sentence's draws from another's. Empty: its number.
  absl::Span<const int64_t> seeds;

  int64_t longest_forced() const { return sentences == 0 ? 0 : forced.size() / sentences; }
};

// Hypotheses of a sentence that are scored at once, at most.
int64_t SearchWidth(const frazo::Search& config);
// Results a sentence.
int64_t SearchResultsPerSentence(const frazo::Search& config);

// Errors: kInvalidArgument naming the field of the configuration or the input, what it is, and what
// it must be; kResourceExhausted where the search would need more than 2^31 tokens of memory.
absl::Status CheckSearch(const frazo::Search& config, const SearchInputs& inputs);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_SEARCH_INPUTS_H_
