#include "core/kernels/conv/weighted_runs.h"

#include <algorithm>
#include <cstdint>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/conv/weighted_runs.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::conv::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr int64_t kLanes = HWY_LANES(float);
static_assert(kLanes <= kRunOverread + 1);

// Does AddWeightedRuns for the first min(length, kVectors * kLanes) floats, and keeps all sums in
// registers.
template <int kVectors>
HWY_INLINE void AddBlock(const float* from, const WeightedRun* runs, int64_t num_runs,
                         int64_t length, float* sum) {
  const D d;
  V total[kVectors];
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) total[v] = hn::Zero(d);
  for (int64_t i = 0; i < num_runs; ++i) {
    const float* const run = from + runs[i].begin;
    const V weight = hn::Set(d, runs[i].weight);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      total[v] = hn::MulAdd(weight, hn::LoadU(d, run + v * kLanes), total[v]);
    }
  }
  const int64_t whole = std::min<int64_t>(length / kLanes, kVectors);
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) {
    if (v >= whole) break;
    hn::StoreU(hn::Add(hn::LoadU(d, sum + v * kLanes), total[v]), d, sum + v * kLanes);
  }
  if (whole == kVectors) return;
  float rest[kVectors * kLanes];
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) hn::StoreU(total[v], d, rest + v * kLanes);
  for (int64_t i = whole * kLanes; i < length; ++i) sum[i] += rest[i];
}

void AddBlocks(const float* from, const WeightedRun* runs, int64_t num_runs, int64_t length,
               float* sum) {
  // A window of 5 x 20 channels needs seven vectors, which leaves some registers unused.
  while (length > 0) {
    const int64_t vectors = (length + kLanes - 1) / kLanes;
    int64_t done = kLanes;
    if (vectors >= 7) {
      AddBlock<7>(from, runs, num_runs, length, sum);
      done *= 7;
    } else if (vectors >= 4) {
      AddBlock<4>(from, runs, num_runs, length, sum);
      done *= 4;
    } else if (vectors >= 2) {
      AddBlock<2>(from, runs, num_runs, length, sum);
      done *= 2;
    } else {
      AddBlock<1>(from, runs, num_runs, length, sum);
    }
    from += done;
    sum += done;
    length -= done;
  }
}

}  // namespace frazo::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::conv {

void AddWeightedRuns(const float* from, const WeightedRun* runs, int64_t num_runs, int64_t length,
                     float* sum) {
  static const auto add = FRAZO_VECTOR_FUNCTION(AddBlocks);
  add(from, runs, num_runs, length, sum);
}

}  // namespace frazo::conv

#endif  // HWY_ONCE
