#include "core/kernels/attention/cached_attention.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/attention/cached_attention.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "core/numeric/exponential_vectors.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::attention::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr int64_t kLanes = HWY_LANES(float);

HWY_INLINE float DotProduct(const float* a, const float* b, int64_t size) {
  const D d;
  V sums[2] = {hn::Zero(d), hn::Zero(d)};
  int64_t i = 0;
  for (; i + 2 * kLanes <= size; i += 2 * kLanes) {
    sums[0] = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sums[0]);
    sums[1] = hn::MulAdd(hn::LoadU(d, a + i + kLanes), hn::LoadU(d, b + i + kLanes), sums[1]);
  }
  for (; i + kLanes <= size; i += kLanes) {
    sums[0] = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), sums[0]);
  }
  float sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(sums[0], sums[1])));
  for (; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

// Computes sums += weight * values.
HWY_INLINE void AddWeighted(float weight, const float* values, int64_t size, float* sums) {
  const D d;
  const V weights = hn::Set(d, weight);
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    hn::StoreU(hn::MulAdd(weights, hn::LoadU(d, values + i), hn::LoadU(d, sums + i)), d, sums + i);
  }
  for (; i < size; ++i) sums[i] += weight * values[i];
}

// Replaces logits by probabilities; size must not be 0.
HWY_INLINE void Softmax(float* logits, int64_t size) {
  const D d;
  float largest = logits[0];
  for (int64_t i = 1; i < size; ++i) largest = std::max(largest, logits[i]);
  V totals = hn::Zero(d);
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const V distance = hn::Sub(hn::LoadU(d, logits + i), hn::Set(d, largest));
    const V power = numeric::HWY_NAMESPACE::ExpOfNonpositive(d, distance);
    totals = hn::Add(totals, power);
    hn::StoreU(power, d, logits + i);
  }
  float total = hn::GetLane(hn::SumOfLanes(d, totals));
  for (; i < size; ++i) {
    logits[i] = numeric::ExpOfNonpositive(logits[i] - largest);
    total += logits[i];
  }
  const float share = 1 / total;
  for (i = 0; i < size; ++i) logits[i] *= share;
}

// The part of the cache that one head of a row attends to. Keys and values are those of position 0,
// with `size` floats; those of the next position are `stride` floats further. bias is [positions],
// or null.
struct HeadCache {
  const float* keys;
  const float* values;
  const float* bias;
  int64_t stride;
  int64_t positions;
  int64_t size;
};

// Adds to `sums`, and leaves the probabilities in `logits`, [positions].
HWY_INLINE void AttendHead(const float* query, const HeadCache& cache, float* logits, float* sums) {
  for (int64_t position = 0; position < cache.positions; ++position) {
    logits[position] = DotProduct(query, cache.keys + position * cache.stride, cache.size);
  }
  if (cache.bias != nullptr) {
    for (int64_t position = 0; position < cache.positions; ++position) {
      logits[position] += cache.bias[position];
    }
  }
  Softmax(logits, cache.positions);
  for (int64_t position = 0; position < cache.positions; ++position) {
    AddWeighted(logits[position], cache.values + position * cache.stride, cache.size, sums);
  }
}

// Computes one row. `logits` is memory for [positions].
void AttendRow(const CachedAttention& attention, int64_t row, float* logits) {
  const CachedQueries& queries = attention.queries;
  const KeyValueCache& cache = attention.cache;
  const LogitBias& bias = attention.bias;
  const int64_t units = cache.heads * cache.head_dim;
  const int64_t row_units = queries.heads * cache.head_dim;
  float* sums = attention.sums + row * row_units;
  float* mean = attention.probabilities + row * cache.positions;
  std::fill(sums, sums + row_units, 0.0f);
  std::fill(mean, mean + cache.positions, 0.0f);
  if (cache.positions == 0) return;
  const int64_t entry = queries.entries[row];
  const float* keys = cache.values + entry * cache.positions * 2 * units;
  for (int64_t head = 0; head < queries.heads; ++head) {
    const int64_t shared = head * cache.heads / queries.heads * cache.head_dim;
    const float* head_bias =
        bias.values == nullptr ? nullptr
                               : bias.values + entry * bias.entry_stride + head * bias.head_stride;
    const HeadCache head_cache = {keys + shared, keys + units + shared, head_bias,
                                  2 * units,     cache.positions,       cache.head_dim};
    const int64_t first = head * cache.head_dim;
    AttendHead(queries.values + row * row_units + first, head_cache, logits, sums + first);
    for (int64_t position = 0; position < cache.positions; ++position) {
      mean[position] += logits[position];
    }
  }
  const float share = 1.0f / queries.heads;
  for (int64_t position = 0; position < cache.positions; ++position) mean[position] *= share;
}

void AttendRows(const CachedAttention& attention, int64_t begin, int64_t end, float* logits) {
  for (int64_t row = begin; row < end; ++row) AttendRow(attention, row, logits);
}

}  // namespace frazo::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::attention {

void CachedAttention::Attend(int64_t begin, int64_t end) const {
  static const auto attend = FRAZO_VECTOR_FUNCTION(AttendRows);
  std::vector<float> logits(cache.positions);
  attend(*this, begin, end, logits.data());
}

}  // namespace frazo::attention

#endif  // HWY_ONCE
