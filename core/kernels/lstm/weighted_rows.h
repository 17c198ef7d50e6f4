#ifndef FRAZO_CORE_KERNELS_LSTM_WEIGHTED_ROWS_H_
#define FRAZO_CORE_KERNELS_LSTM_WEIGHTED_ROWS_H_

#include <cstdint>

namespace frazo::lstm {

// Some rows of a matrix, or a part of their columns.
struct MatrixRows {
  // [count, columns]; rows are `stride` floats apart.
  const float* values;
  int64_t count;
  int64_t columns;
  int64_t stride;
};

// Adds the sum of weights[i] times row i to y, [columns]. The sum of an element has the same order
// however columns are divided among threads.
void AddWeightedRows(const MatrixRows& rows, const float* weights, float* y);

// Writes the inner products of the rows with x, [columns], to y, [count].
void MultiplyRows(const MatrixRows& rows, const float* x, float* y);

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_WEIGHTED_ROWS_H_
