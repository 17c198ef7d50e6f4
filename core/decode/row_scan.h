#ifndef FRAZO_CORE_DECODE_ROW_SCAN_H_
#define FRAZO_CORE_DECODE_ROW_SCAN_H_

#include "absl/types/span.h"
#include "core/decode/candidate_list.h"
#include "core/decode/token_filter.h"

namespace frazo::decode {

// Reads the scores of a row, one per token, in one pass. Adds the best of those that `filter`
// allows to `candidates`, and returns the natural logarithm of the sum of exp over all scores. The
// error is at most 1e-6 of the larger of 1 and the magnitude of the largest score. It ignores NaN.
// It returns minus infinity if no score is above minus infinity, and plus infinity if one score is
// plus infinity.
float ScanLogits(absl::Span<const float> scores, const TokenFilter& filter,
                 CandidateList* candidates);

// Does the same without the sum.
void ScanLogProbabilities(absl::Span<const float> scores, const TokenFilter& filter,
                          CandidateList* candidates);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_ROW_SCAN_H_
