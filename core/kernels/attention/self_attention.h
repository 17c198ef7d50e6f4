#ifndef FRAZO_CORE_KERNELS_ATTENTION_SELF_ATTENTION_H_
#define FRAZO_CORE_KERNELS_ATTENTION_SELF_ATTENTION_H_

#include <cstdint>

#include "core/kernels/attention/attention_shape.h"
#include "core/kernels/attention/row_move.h"
#include "core/kernels/attention/visible_keys.h"

namespace frazo::attention {

// Where the rows of one head are in an array.
struct HeadPlace {
  // The index of the first float of the first row.
  int64_t offset;
  int64_t stride;
  int64_t rows;
  int64_t size;

  RowMove Rows(const float* array) const { return {array + offset, stride, rows, size, 1, {}}; }
};

// What attention of whole sequences is computed from. Does not own its arrays.
struct AttentionInputs {
  AttentionShape shape;
  // [batch, time, width]: of each position the queries of all heads, then the keys of all shared
  // heads, then the values.
  const float* projected;
  // [batch, time]: the keys that each query sees, but for those that are no tokens.
  const KeyRange* ranges;
  // [batch, time]: whether there is a token.
  const bool* mask;
  // [time, head_dim], applied to queries and keys; see Rotations. Null for none.
  const float* rotations;
  // Queries are multiplied by it.
  float scale;

  // The places in `projected`.
  HeadPlace QueryPlace(int64_t row, int64_t head) const;
  HeadPlace KeyPlace(int64_t row, int64_t shared_head) const;
  HeadPlace ValuePlace(int64_t row, int64_t shared_head) const;
  // The place in an array [batch, time, heads, head_dim].
  HeadPlace SumPlace(int64_t row, int64_t head) const;

  // The rows there, scaled and rotated.
  RowMove Queries(int64_t row, int64_t head) const;
  RowMove Keys(int64_t row, int64_t shared_head) const;
  RowMove Values(int64_t row, int64_t shared_head) const;
};

// Computes softmax(queries keys^T) values (Vaswani et al. 2017, equation 1), where a query sees a
// part of the keys. Only blocks of keys that some query of a block sees are computed. Queries that
// see no key have sums of 0.
struct SelfAttention {
  AttentionInputs inputs;
  // Set by Attend: [batch, time, heads, head_dim].
  float* sums;
  // Set by Attend: [batch, heads, time], the logarithm of each query's sum of powers.
  float* log_totals;

  // Computes the units begin .. end - 1. The result of a unit does not depend on the range.
  void Attend(int64_t begin, int64_t end) const;
};

// Computes the derivatives of the sums from the logarithms (Dao et al. 2022, algorithm 4).
struct SelfAttentionGradient {
  AttentionInputs inputs;
  // As SelfAttention has set them.
  const float* sums;
  const float* log_totals;
  // The derivatives by the sums, [batch, time, heads, head_dim].
  const float* sums_gradient;
  // Set by Compute: the derivatives by inputs.projected.
  float* projected_gradient;

  // Computes the units begin .. end - 1. The result of a unit does not depend on the range.
  void Compute(int64_t begin, int64_t end) const;
};

}  // namespace frazo::attention

#endif  // FRAZO_CORE_KERNELS_ATTENTION_SELF_ATTENTION_H_
