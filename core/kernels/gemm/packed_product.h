#ifndef FRAZO_CORE_KERNELS_GEMM_PACKED_PRODUCT_H_
#define FRAZO_CORE_KERNELS_GEMM_PACKED_PRODUCT_H_

#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/row_blocks.h"

namespace frazo::gemm {

// The destination of a product: y = start + x * matrix.
struct ProductOutput {
  // [rows, columns]; rows are y_stride apart.
  float* y;
  int64_t y_stride;
  // [rows, columns]; rows are start_stride apart. A stride of 0 adds one row, such as a bias, to
  // all. Null for zeros. If it is y, the product is added to y.
  const float* start = nullptr;
  int64_t start_stride = 0;
};

// Computes the columns of the panels begin .. end - 1. x.depth() must be matrix.depth. The sum of
// an element has the same order however the panels are divided among threads. Made for up to a
// hundred rows: it reads every panel from memory once and prefetches the next one.
void MultiplyPanels(const RowBlocks& x, const PackedMatrix& matrix, int64_t begin, int64_t end,
                    const ProductOutput& output);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_PACKED_PRODUCT_H_
