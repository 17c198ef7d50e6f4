#ifndef FRAZO_CORE_DECODE_ROW_SCAN_AVX512_H_
#define FRAZO_CORE_DECODE_ROW_SCAN_AVX512_H_

#include "absl/types/span.h"
#include "core/decode/candidate_list.h"
#include "core/decode/token_filter.h"

namespace frazo::decode {

// As in row_scan.h, for the level kAvx512 only. Written by hand: its instructions for powers of two
// are not in Highway 1.0, whose form of the scan of 32,000 logits takes 1.28 times as long
// (Sapphire Rapids).
float ScanLogitsAvx512(absl::Span<const float> scores, const TokenFilter& filter,
                       CandidateList* candidates);
void ScanLogProbabilitiesAvx512(absl::Span<const float> scores, const TokenFilter& filter,
                                CandidateList* candidates);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_ROW_SCAN_AVX512_H_
