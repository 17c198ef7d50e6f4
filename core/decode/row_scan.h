#ifndef FRAZO_CORE_DECODE_ROW_SCAN_H_
#define FRAZO_CORE_DECODE_ROW_SCAN_H_

#include "absl/types/span.h"
#include "core/decode/candidate_list.h"
#include "core/decode/token_filter.h"

namespace frazo::decode {

// In one pass over the scores of a row, one a token: adds what `filter` allows of the best to
// `candidates`, and returns the natural logarithm of the sum of exp over all of them, to 1e-6 of
// the largest one's size or of 1, whichever is more. A NaN is passed over. Minus infinity: there is
// no score above it. Plus infinity: one of the scores is.
float ScanLogits(absl::Span<const float> scores, const TokenFilter& filter,
                 CandidateList* candidates);

// The same without the sum.
void ScanLogProbabilities(absl::Span<const float> scores, const TokenFilter& filter,
                          CandidateList* candidates);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_ROW_SCAN_H_
