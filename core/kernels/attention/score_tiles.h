#ifndef FRAZO_CORE_KERNELS_ATTENTION_SCORE_TILES_H_
#define FRAZO_CORE_KERNELS_ATTENTION_SCORE_TILES_H_

#include <cstdint>

#include "core/kernels/attention/visible_keys.h"
#include "core/kernels/gemm/packed_matrix.h"

namespace frazo::attention {

// A tile has as many columns as a panel, so that a product of panels gives it, and a product with
// panels takes it.
inline constexpr int64_t kTileColumns = gemm::kPanelColumns;

// The scores (products of queries and keys) of a block of queries, one a column.
struct ScoreColumns {
  // [keys, kTileColumns].
  float* scores;
  // The key of the first row.
  int64_t first_key;
  int64_t keys;
  // [kTileColumns]: the keys that each query sees.
  const KeyRange* ranges;
  // [all keys of the row]: whether a key is a token.
  const bool* key_mask;
};

struct ColumnTotals {
  // The logarithm of the sum of e^score over the keys that a query sees; 0 if it sees none. NaN if
  // one of these scores is not finite.
  float log_totals[kTileColumns];
  // What makes probabilities of the powers: 1 / sum of powers; 0 for a query that sees no key.
  float shares[kTileColumns];
};

// Replaces the scores by powers e^(score - largest score of the query), and by 0 where the query
// does not see the key.
void RaiseColumns(const ScoreColumns& columns, ColumnTotals* totals);

// The scores of some queries, one a row, and kTileColumns keys.
struct ScoreRows {
  // [queries, kTileColumns].
  float* scores;
  // [queries, kTileColumns]: the derivatives by the probabilities.
  float* slopes;
  int64_t queries;
  // Those of the queries.
  const KeyRange* ranges;
  const float* log_totals;
  // The sum over keys of probability times its derivative.
  const float* mean_slopes;
  // The key of the first column.
  int64_t first_key;
  // [kTileColumns]: 1 where a key is a token, else 0.
  const int32_t* tokens;
};

// Replaces the scores by probabilities and the derivatives by those by the scores, both 0 where the
// query does not see the key.
void SlopeRows(const ScoreRows& rows);

}  // namespace frazo::attention

#endif  // FRAZO_CORE_KERNELS_ATTENTION_SCORE_TILES_H_
