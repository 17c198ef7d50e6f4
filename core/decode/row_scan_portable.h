#ifndef FRAZO_CORE_DECODE_ROW_SCAN_PORTABLE_H_
#define FRAZO_CORE_DECODE_ROW_SCAN_PORTABLE_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "absl/types/span.h"
#include "core/decode/candidate_list.h"
#include "core/decode/exp_sum.h"
#include "core/decode/token_filter.h"

namespace frazo::decode {

// The scan of row_scan.h, in loops over chunks of a fixed size that compilers turn into vector
// instructions. Everything is inlined into the caller, whose instruction set then holds for it.
class PortableScan {
#define FRAZO_INLINE __attribute__((always_inline)) inline
 public:
  // As ScanLogits() or, if not kNormalize, as ScanLogProbabilities().
  template <bool kNormalize>
  FRAZO_INLINE float Scan(absl::Span<const float> scores, const TokenFilter& filter,
                          CandidateList* candidates) {
    const int64_t size = scores.size();
    for (int64_t token = 0; token < size; token += kChunk) {
      const int64_t left = std::min<int64_t>(size - token, kChunk);
      // A NaN fails every comparison, and so becomes minus infinity.
      for (int i = 0; i < kChunk; ++i) {
        const float score = i < left ? scores[token + i] : -kInfinity;
        chunk_[i] = score > -kInfinity ? score : -kInfinity;
      }
      const float largest = Largest();
      if (largest > candidates->threshold()) AddCandidates(token, filter, candidates);
      if (kNormalize) AddToSums(largest);
    }
    float sum = 0;
    for (int i = 0; i < kChunk; ++i) sum += sums_[i];
    return kNormalize ? LogSum(reference_, sum) : 0;
  }

 private:
  static constexpr int kChunk = 64;
  static constexpr float kInfinity = std::numeric_limits<float>::infinity();

  FRAZO_INLINE float Largest() const {
    float largest[kChunk];
    std::memcpy(largest, chunk_, sizeof(largest));
    for (int half = kChunk / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; ++i) largest[i] = std::max(largest[i], largest[i + half]);
    }
    return largest[0];
  }

  FRAZO_INLINE void AddCandidates(int64_t first_token, const TokenFilter& filter,
                                  CandidateList* candidates) {
    for (int i = 0; i < kChunk; ++i) {
      const auto token = static_cast<int32_t>(first_token + i);
      if (chunk_[i] > candidates->threshold() && filter.Allows(token)) {
        candidates->Add({chunk_[i], token});
      }
    }
  }

  FRAZO_INLINE void AddToSums(float largest) {
    if (largest > reference_ + kReferenceSlack) {
      const float scale = std::exp(reference_ - largest);
      for (float& sum : sums_) sum *= scale;
      reference_ = largest;
    }
    // Adding and taking away 1.5 * 2^23 leaves no bits below one.
    constexpr float kRounder = 12582912;
    float powers[kChunk];
    int32_t bits[kChunk];
    for (int i = 0; i < kChunk; ++i) {
      const float wide = (chunk_[i] - reference_) * kLog2E;
      const float exponent = wide > kMinExponent ? wide : kMinExponent;
      const float whole = (exponent + kRounder) - kRounder;
      const float part = exponent - whole;
      float power = kExp2Polynomial[5];
      power = power * part + kExp2Polynomial[4];
      power = power * part + kExp2Polynomial[3];
      power = power * part + kExp2Polynomial[2];
      power = power * part + kExp2Polynomial[1];
      powers[i] = power * part + kExp2Polynomial[0];
      bits[i] = (static_cast<int32_t>(whole) + 127) << 23;
    }
    float scales[kChunk];
    std::memcpy(scales, bits, sizeof(scales));
    for (int i = 0; i < kChunk; ++i) sums_[i] += powers[i] * scales[i];
  }
#undef FRAZO_INLINE

  float chunk_[kChunk];
  float sums_[kChunk] = {};
  float reference_ = kNoReference;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_ROW_SCAN_PORTABLE_H_
