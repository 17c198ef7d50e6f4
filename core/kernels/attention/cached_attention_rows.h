#ifndef FRAZO_CORE_KERNELS_ATTENTION_CACHED_ATTENTION_ROWS_H_
#define FRAZO_CORE_KERNELS_ATTENTION_CACHED_ATTENTION_ROWS_H_

#include <algorithm>
#include <cstdint>

#include "core/kernels/attention/cached_attention.h"
#include "core/numeric/exponential.h"

// The loops of cached_attention.h, to be compiled for several processors: each caller inlines them
// into a function for one.
#define FRAZO_INLINE __attribute__((always_inline)) inline

namespace frazo::attention {

// Partial sums of a product, so that a loop over them becomes vectors.
inline constexpr int64_t kPartialSums = 16;

FRAZO_INLINE float DotProduct(const float* a, const float* b, int64_t size) {
  float sums[kPartialSums] = {};
  int64_t i = 0;
  for (; i + kPartialSums <= size; i += kPartialSums) {
    for (int64_t lane = 0; lane < kPartialSums; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  float sum = 0;
  for (; i < size; ++i) sum += a[i] * b[i];
  for (int64_t half = kPartialSums / 2; half > 0; half /= 2) {
    for (int64_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sum + sums[0];
}

// Makes probabilities of logits.
FRAZO_INLINE void Softmax(float* logits, int64_t size) {
  float largest = logits[0];
  for (int64_t i = 1; i < size; ++i) largest = std::max(largest, logits[i]);
  for (int64_t i = 0; i < size; ++i) logits[i] = numeric::ExpOfNonpositive(logits[i] - largest);
  float total = 0;
  for (int64_t i = 0; i < size; ++i) total += logits[i];
  const float share = 1 / total;
  for (int64_t i = 0; i < size; ++i) logits[i] *= share;
}

// What one head of a row attends to. Keys and values are those of place 0, of `size` floats, and
// `stride` floats from those of place 1. bias: [places], or null.
struct HeadCache {
  const float* keys;
  const float* values;
  const float* bias;
  int64_t stride;
  int64_t places;
  int64_t size;
};

// Adds to `sums`, and leaves the probabilities in `logits`, [places].
FRAZO_INLINE void AttendHead(const float* query, const HeadCache& cache, float* logits,
                             float* sums) {
  for (int64_t place = 0; place < cache.places; ++place) {
    logits[place] = DotProduct(query, cache.keys + place * cache.stride, cache.size);
  }
  if (cache.bias != nullptr) {
    for (int64_t place = 0; place < cache.places; ++place) logits[place] += cache.bias[place];
  }
  Softmax(logits, cache.places);
  for (int64_t place = 0; place < cache.places; ++place) {
    const float probability = logits[place];
    const float* value = cache.values + place * cache.stride;
    for (int64_t i = 0; i < cache.size; ++i) sums[i] += probability * value[i];
  }
}

// One row. `logits` is room for [places].
FRAZO_INLINE void AttendRow(const CachedAttention& attention, int64_t row, float* logits) {
  const CachedQueries& queries = attention.queries;
  const KeyValueCache& cache = attention.cache;
  const LogitBias& bias = attention.bias;
  const int64_t units = cache.heads * cache.head_dim;
  const int64_t row_units = queries.heads * cache.head_dim;
  float* sums = attention.sums + row * row_units;
  float* mean = attention.probabilities + row * cache.places;
  std::fill(sums, sums + row_units, 0.0f);
  std::fill(mean, mean + cache.places, 0.0f);
  if (cache.places == 0) return;
  const int64_t entry = queries.entries[row];
  const float* keys = cache.values + entry * cache.places * 2 * units;
  for (int64_t head = 0; head < queries.heads; ++head) {
    const int64_t shared = head * cache.heads / queries.heads * cache.head_dim;
    const float* head_bias =
        bias.values == nullptr ? nullptr
                               : bias.values + entry * bias.entry_stride + head * bias.head_stride;
    const HeadCache head_cache = {keys + shared, keys + units + shared, head_bias,
                                  2 * units,     cache.places,          cache.head_dim};
    const int64_t first = head * cache.head_dim;
    AttendHead(queries.values + row * row_units + first, head_cache, logits, sums + first);
    for (int64_t place = 0; place < cache.places; ++place) mean[place] += logits[place];
  }
  const float share = 1.0f / queries.heads;
  for (int64_t place = 0; place < cache.places; ++place) mean[place] *= share;
}

}  // namespace frazo::attention

#undef FRAZO_INLINE

#endif  // FRAZO_CORE_KERNELS_ATTENTION_CACHED_ATTENTION_ROWS_H_
