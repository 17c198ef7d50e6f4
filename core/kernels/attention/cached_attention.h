#ifndef FRAZO_CORE_KERNELS_ATTENTION_CACHED_ATTENTION_H_
#define FRAZO_CORE_KERNELS_ATTENTION_CACHED_ATTENTION_H_

#include <cstdint>

namespace frazo::attention {

// The memory that a step of decoding attends to. Each entry (a sentence or a hypothesis) has the
// keys and values of its positions, as one projection gives them. Does not own them.
struct KeyValueCache {
  // [entries, positions, 2, heads, head_dim]: the keys of a position, then its values.
  const float* values;
  int64_t entries;
  int64_t positions;
  int64_t heads;
  int64_t head_dim;
};

// The queries of a step.
struct CachedQueries {
  // [rows, heads, head_dim], already scaled. Several consecutive heads may share a head of the
  // cache.
  const float* values;
  int64_t heads;
  // [rows]: the entry that each row attends to.
  const int32_t* entries;
};

// A bias of the logits: values[e * entry_stride + h * head_stride + p] for entry e, head h and
// position p. Null for none.
struct LogitBias {
  const float* values = nullptr;
  int64_t entry_stride = 0;
  int64_t head_stride = 0;
};

// Computes softmax(queries keys^T + bias) values (Vaswani et al. 2017, equation 1) for one query
// per row and head. If there are no positions the sums are 0.
struct CachedAttention {
  CachedQueries queries;
  KeyValueCache cache;
  LogitBias bias;
  // Set by Attend: [rows, heads, head_dim].
  float* sums;
  // Set by Attend: [rows, positions], the mean over the heads.
  float* probabilities;

  // Computes the rows begin .. end - 1. The result of a row does not depend on the range.
  void Attend(int64_t begin, int64_t end) const;
};

}  // namespace frazo::attention

#endif  // FRAZO_CORE_KERNELS_ATTENTION_CACHED_ATTENTION_H_
