#ifndef FRAZO_CORE_DECODE_ROW_SCAN_AVX512_H_
#define FRAZO_CORE_DECODE_ROW_SCAN_AVX512_H_

#include "absl/types/span.h"
#include "core/decode/candidate_list.h"
#include "core/decode/token_filter.h"

namespace frazo::decode {

// The function of row_scan.h for the level kAvx512. It is written by hand: Highway 1.0 lacks the
// instructions for powers of two, and its form takes 1.28 times as long for 32,000 logits (Sapphire
// Rapids).
float ScanLogitsAvx512(absl::Span<const float> scores, const TokenFilter& filter,
                       CandidateList* candidates);
void ScanLogProbabilitiesAvx512(absl::Span<const float> scores, const TokenFilter& filter,
                                CandidateList* candidates);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_ROW_SCAN_AVX512_H_
