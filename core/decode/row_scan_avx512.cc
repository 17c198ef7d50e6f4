#include "core/decode/row_scan_avx512.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/decode/exp_sum.h"

#define FRAZO_AVX512 __attribute__((target("avx512f")))

namespace frazo::decode {
namespace {

constexpr int64_t kLanes = 16;
constexpr int64_t kChunk = 4 * kLanes;

// Adds the scores whose bits are set in `mask`.
void AddCandidates(uint32_t mask, const float* scores, int64_t first_token,
                   const TokenFilter& filter, CandidateList* candidates) {
  for (; mask != 0; mask &= mask - 1) {
    const int lane = __builtin_ctz(mask);
    const auto token = static_cast<int32_t>(first_token + lane);
    // The list's threshold may have risen since the mask was computed.
    if (scores[lane] > candidates->threshold() && filter.Allows(token)) {
      candidates->Add({scores[lane], token});
    }
  }
}

// The instruction max(x, y) returns y if x is NaN, so the scores come first.
FRAZO_AVX512 inline __m512 Exp(__m512 scores, __m512 reference) {
  const __m512 distance = _mm512_sub_ps(scores, reference);
  const __m512 exponent =
      _mm512_max_ps(_mm512_mul_ps(distance, _mm512_set1_ps(kLog2E)), _mm512_set1_ps(kMinExponent));
  const __m512 whole = _mm512_roundscale_ps(exponent, _MM_FROUND_TO_NEAREST_INT);
  const __m512 part = _mm512_sub_ps(exponent, whole);
  __m512 power = _mm512_set1_ps(kExp2Polynomial[5]);
  power = _mm512_fmadd_ps(power, part, _mm512_set1_ps(kExp2Polynomial[4]));
  power = _mm512_fmadd_ps(power, part, _mm512_set1_ps(kExp2Polynomial[3]));
  power = _mm512_fmadd_ps(power, part, _mm512_set1_ps(kExp2Polynomial[2]));
  power = _mm512_fmadd_ps(power, part, _mm512_set1_ps(kExp2Polynomial[1]));
  power = _mm512_fmadd_ps(power, part, _mm512_set1_ps(kExp2Polynomial[0]));
  return _mm512_scalef_ps(power, whole);
}

struct Sums {
  float reference = kNoReference;
  __m512 parts[4];
};

// Makes the largest score of a chunk the reference.
FRAZO_AVX512 void MoveReference(__m512 largest, Sums* sums) {
  const float moved = _mm512_reduce_max_ps(largest);
  const __m512 scale = Exp(_mm512_set1_ps(sums->reference), _mm512_set1_ps(moved));
  for (__m512& part : sums->parts) part = _mm512_mul_ps(part, scale);
  sums->reference = moved;
}

template <bool kNormalize>
FRAZO_AVX512 inline void ScanChunk(const float* scores, int64_t first_token,
                                   const TokenFilter& filter, CandidateList* candidates,
                                   Sums* sums) {
  __m512 vectors[4];
  __m512 largest = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
  for (int i = 0; i < 4; ++i) {
    vectors[i] = _mm512_loadu_ps(scores + i * kLanes);
    largest = _mm512_max_ps(vectors[i], largest);
  }
  const __m512 threshold = _mm512_set1_ps(candidates->threshold());
  if (_mm512_cmp_ps_mask(largest, threshold, _CMP_GT_OQ) != 0) {
    for (int i = 0; i < 4; ++i) {
      AddCandidates(_mm512_cmp_ps_mask(vectors[i], threshold, _CMP_GT_OQ), scores + i * kLanes,
                    first_token + i * kLanes, filter, candidates);
    }
  }
  if (!kNormalize) return;
  const __m512 limit = _mm512_set1_ps(sums->reference + kReferenceSlack);
  if (_mm512_cmp_ps_mask(largest, limit, _CMP_GT_OQ) != 0) MoveReference(largest, sums);
  const __m512 reference = _mm512_set1_ps(sums->reference);
  for (int i = 0; i < 4; ++i) {
    sums->parts[i] = _mm512_add_ps(sums->parts[i], Exp(vectors[i], reference));
  }
}

template <bool kNormalize>
FRAZO_AVX512 float Scan(absl::Span<const float> scores, const TokenFilter& filter,
                        CandidateList* candidates) {
  Sums sums;
  for (__m512& part : sums.parts) part = _mm512_setzero_ps();
  const int64_t size = scores.size();
  const int64_t whole = size / kChunk * kChunk;
  for (int64_t token = 0; token < whole; token += kChunk) {
    ScanChunk<kNormalize>(scores.data() + token, token, filter, candidates, &sums);
  }
  if (whole < size) {
    float rest[kChunk];
    std::fill(std::copy(scores.begin() + whole, scores.end(), rest), rest + kChunk,
              -std::numeric_limits<float>::infinity());
    ScanChunk<kNormalize>(rest, whole, filter, candidates, &sums);
  }
  if (!kNormalize) return 0;
  return LogSum(sums.reference,
                _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(sums.parts[0], sums.parts[1]),
                                                   _mm512_add_ps(sums.parts[2], sums.parts[3]))));
}

}  // namespace

float ScanLogitsAvx512(absl::Span<const float> scores, const TokenFilter& filter,
                       CandidateList* candidates) {
  return Scan<true>(scores, filter, candidates);
}

void ScanLogProbabilitiesAvx512(absl::Span<const float> scores, const TokenFilter& filter,
                                CandidateList* candidates) {
  Scan<false>(scores, filter, candidates);
}

}  // namespace frazo::decode

#undef FRAZO_AVX512

#else

namespace frazo::decode {

float ScanLogitsAvx512(absl::Span<const float>, const TokenFilter&, CandidateList*) { return 0; }

void ScanLogProbabilitiesAvx512(absl::Span<const float>, const TokenFilter&, CandidateList*) {}

}  // namespace frazo::decode

#endif
