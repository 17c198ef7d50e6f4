#ifndef FRAZO_CORE_KERNELS_ATTENTION_CACHED_ATTENTION_H_
#define FRAZO_CORE_KERNELS_ATTENTION_CACHED_ATTENTION_H_

#include <cstdint>

namespace frazo::attention {

// What a step of decoding attends to: for each entry (a sentence, or a hypothesis) the keys and the
// values of its positions, as one projection gives them. Does not own them.
struct KeyValueCache {
  // [entries, positions, 2, heads, head_dim]: the keys of a position, then its values.
  const float* values;
  int64_t entries;
  int64_t positions;
  int64_t heads;
  int64_t head_dim;
};

// Rows of queries.
struct CachedQueries {
  // [rows, heads, head_dim], scaled. Consecutive heads share one of the cache's.
  const float* values;
  int64_t heads;
  // The entry that each row attends to: [rows].
  const int32_t* entries;
};

// Added to the logits: values[e * entry_stride + h * head_stride + p] for entry e, head h and
// position p. Null for none.
struct LogitBias {
  const float* values = nullptr;
  int64_t entry_stride = 0;
  int64_t head_stride = 0;
};

// softmax(queries keys^T + bias) values (Vaswani et al. 2017, equation 1), for one query a row and
// head. With no positions the sums are 0.
struct CachedAttention {
  CachedQueries queries;
  KeyValueCache cache;
  LogitBias bias;
  // Set by Attend: [rows, heads, head_dim].
  float* sums;
  // Set by Attend, in the mean over heads: [rows, positions].
  float* probabilities;

  // The rows begin .. end - 1, whose numbers do not depend on the range that they are in.
  void Attend(int64_t begin, int64_t end) const;
};

}  // namespace frazo::attention

#endif  // FRAZO_CORE_KERNELS_ATTENTION_CACHED_ATTENTION_H_
