#ifndef FRAZO_CORE_KERNELS_LSTM_STEP_PRODUCT_H_
#define FRAZO_CORE_KERNELS_LSTM_STEP_PRODUCT_H_

#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/packed_product.h"
#include "core/kernels/gemm/row_blocks.h"
#include "core/kernels/lstm/step_team.h"

namespace frazo::lstm {

// The product of one step's rows with a matrix, by a team. Holds the memory to do it again and
// again.
class StepProduct {
 public:
  // rows: [count, matrix.depth], `stride` floats apart.
  void Multiply(const float* rows, int64_t count, int64_t stride, const gemm::PackedMatrix& matrix,
                const gemm::ProductOutput& output, StepTeam* team);

 private:
  gemm::RowBlocks blocks_;
};

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_STEP_PRODUCT_H_
