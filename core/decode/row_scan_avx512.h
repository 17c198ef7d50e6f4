#ifndef FRAZO_CORE_DECODE_ROW_SCAN_AVX512_H_
#define FRAZO_CORE_DECODE_ROW_SCAN_AVX512_H_

#include "absl/types/span.h"
#include "core/decode/candidate_list.h"
#include "core/decode/token_filter.h"

namespace frazo::decode {

// Whether this processor has what the functions below need: the foundation of AVX-512.
bool HasAvx512();

// As in row_scan.h. Only where HasAvx512().
float ScanLogitsAvx512(absl::Span<const float> scores, const TokenFilter& filter,
                       CandidateList* candidates);
void ScanLogProbabilitiesAvx512(absl::Span<const float> scores, const TokenFilter& filter,
                                CandidateList* candidates);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_ROW_SCAN_AVX512_H_
