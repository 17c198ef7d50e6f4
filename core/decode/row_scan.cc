#include "core/decode/row_scan.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/decode/exp_sum.h"
#include "core/decode/row_scan_avx512.h"
#include "core/numeric/cpu.h"
#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/decode/row_scan.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "core/numeric/exponential_vectors.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::decode::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr int64_t kLanes = HWY_LANES(float);
constexpr int kVectors = 4;
constexpr int64_t kChunk = kVectors * kLanes;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// On x86 the maximum of two values is the second one if one of them is NaN. The scores come first,
// so that a NaN is ignored. Elsewhere a NaN becomes minus infinity.
HWY_INLINE V LoadScores(D d, const float* scores) {
  const V loaded = hn::LoadU(d, scores);
#if HWY_ARCH_X86
  return loaded;
#else
  const V lowest = hn::Set(d, -kInfinity);
  return hn::IfThenElse(hn::Gt(loaded, lowest), loaded, lowest);
#endif
}

// Adds those of kLanes scores that are above the list's threshold.
void AddCandidates(const float* scores, int64_t first_token, const TokenFilter& filter,
                   CandidateList* candidates) {
  const D d;
  uint8_t bytes[8] = {};
  const V threshold = hn::Set(d, candidates->threshold());
  hn::StoreMaskBits(d, hn::Gt(hn::LoadU(d, scores), threshold), bytes);
  uint32_t mask = bytes[0] | uint32_t{bytes[1]} << 8;
  for (; mask != 0; mask &= mask - 1) {
    const int lane = __builtin_ctz(mask);
    const auto token = static_cast<int32_t>(first_token + lane);
    // The list's threshold may have risen since the mask was computed.
    if (scores[lane] > candidates->threshold() && filter.Allows(token)) {
      candidates->Add({scores[lane], token});
    }
  }
}

struct Sums {
  float reference;
  V parts[kVectors];
};

// Makes the largest score of a chunk the reference.
void MoveReference(V largest, Sums* sums) {
  const D d;
  const float moved = hn::GetLane(hn::MaxOfLanes(d, largest));
  const V scale = hn::Set(d, numeric::ExpOfNonpositive(sums->reference - moved));
  for (V& part : sums->parts) part = hn::Mul(part, scale);
  sums->reference = moved;
}

template <bool kNormalize>
HWY_INLINE void ScanChunk(const float* scores, int64_t first_token, const TokenFilter& filter,
                          CandidateList* candidates, Sums* sums) {
  const D d;
  V vectors[kVectors];
  V largest = hn::Set(d, -kInfinity);
#pragma GCC unroll 4
  for (int i = 0; i < kVectors; ++i) {
    vectors[i] = LoadScores(d, scores + i * kLanes);
    largest = hn::Max(vectors[i], largest);
  }
  if (!hn::AllFalse(d, hn::Gt(largest, hn::Set(d, candidates->threshold())))) {
    for (int i = 0; i < kVectors; ++i) {
      AddCandidates(scores + i * kLanes, first_token + i * kLanes, filter, candidates);
    }
  }
  if (!kNormalize) return;
  if (!hn::AllFalse(d, hn::Gt(largest, hn::Set(d, sums->reference + kReferenceSlack)))) {
    MoveReference(largest, sums);
  }
  const V reference = hn::Set(d, sums->reference);
#pragma GCC unroll 4
  for (int i = 0; i < kVectors; ++i) {
    const V power = numeric::HWY_NAMESPACE::ExpOfNonpositive(d, hn::Sub(vectors[i], reference));
    sums->parts[i] = hn::Add(sums->parts[i], power);
  }
}

template <bool kNormalize>
float Scan(absl::Span<const float> scores, const TokenFilter& filter, CandidateList* candidates) {
  const D d;
  const V zero = hn::Zero(d);
  Sums sums = {kNoReference, {zero, zero, zero, zero}};
  const int64_t size = scores.size();
  const int64_t whole = size / kChunk * kChunk;
  for (int64_t token = 0; token < whole; token += kChunk) {
    ScanChunk<kNormalize>(scores.data() + token, token, filter, candidates, &sums);
  }
  if (whole < size) {
    float rest[kChunk];
    std::fill(std::copy(scores.begin() + whole, scores.end(), rest), rest + kChunk, -kInfinity);
    ScanChunk<kNormalize>(rest, whole, filter, candidates, &sums);
  }
  if (!kNormalize) return 0;
  const V sum =
      hn::Add(hn::Add(sums.parts[0], sums.parts[1]), hn::Add(sums.parts[2], sums.parts[3]));
  return LogSum(sums.reference, hn::GetLane(hn::SumOfLanes(d, sum)));
}

float ScanAndSum(absl::Span<const float> scores, const TokenFilter& filter,
                 CandidateList* candidates) {
  return Scan<true>(scores, filter, candidates);
}

void ScanOnly(absl::Span<const float> scores, const TokenFilter& filter,
              CandidateList* candidates) {
  Scan<false>(scores, filter, candidates);
}

}  // namespace frazo::decode::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::decode {
namespace {

bool HasAvx512() { return numeric::GetCpuLevel() == numeric::CpuLevel::kAvx512; }

}  // namespace

float ScanLogits(absl::Span<const float> scores, const TokenFilter& filter,
                 CandidateList* candidates) {
  static const auto scan = HasAvx512() ? ScanLogitsAvx512 : FRAZO_VECTOR_FUNCTION(ScanAndSum);
  return scan(scores, filter, candidates);
}

void ScanLogProbabilities(absl::Span<const float> scores, const TokenFilter& filter,
                          CandidateList* candidates) {
  static const auto scan =
      HasAvx512() ? ScanLogProbabilitiesAvx512 : FRAZO_VECTOR_FUNCTION(ScanOnly);
  scan(scores, filter, candidates);
}

}  // namespace frazo::decode

#endif  // HWY_ONCE
