#ifndef FRAZO_CORE_KERNELS_LSTM_STEP_PRODUCT_H_
#define FRAZO_CORE_KERNELS_LSTM_STEP_PRODUCT_H_

#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/packed_product.h"
#include "core/kernels/gemm/row_blocks.h"
#include "core/kernels/lstm/step_team.h"

namespace frazo::lstm {

// Multiplies the rows of a step by a matrix with a team of threads. It keeps its memory for the
// next step.
class StepProduct {
 public:
  // `rows` is [count, matrix.depth]; its rows are `stride` floats apart.
  void Multiply(const float* rows, int64_t count, int64_t stride, const gemm::PackedMatrix& matrix,
                const gemm::ProductOutput& output, StepTeam* team);

 private:
  gemm::RowBlocks blocks_;
};

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_STEP_PRODUCT_H_
