#include "core/decode/row_scan.h"

#include "core/decode/row_scan_avx512.h"
#include "core/decode/row_scan_portable.h"

namespace frazo::decode {
namespace {

#if defined(__x86_64__)

template <bool kNormalize>
__attribute__((target("avx2,fma"))) float ScanAvx2(absl::Span<const float> scores,
                                                   const TokenFilter& filter,
                                                   CandidateList* candidates) {
  return PortableScan().Scan<kNormalize>(scores, filter, candidates);
}

bool HasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has;
}

#else

template <bool kNormalize>
float ScanAvx2(absl::Span<const float>, const TokenFilter&, CandidateList*) {
  return 0;
}

bool HasAvx2() { return false; }

#endif

}  // namespace

float ScanLogits(absl::Span<const float> scores, const TokenFilter& filter,
                 CandidateList* candidates) {
  if (HasAvx512()) return ScanLogitsAvx512(scores, filter, candidates);
  if (HasAvx2()) return ScanAvx2<true>(scores, filter, candidates);
  return PortableScan().Scan<true>(scores, filter, candidates);
}

void ScanLogProbabilities(absl::Span<const float> scores, const TokenFilter& filter,
                          CandidateList* candidates) {
  if (HasAvx512()) return ScanLogProbabilitiesAvx512(scores, filter, candidates);
  if (HasAvx2()) {
    ScanAvx2<false>(scores, filter, candidates);
  } else {
    PortableScan().Scan<false>(scores, filter, candidates);
  }
}

}  // namespace frazo::decode
