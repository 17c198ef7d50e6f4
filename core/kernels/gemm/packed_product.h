#ifndef FRAZO_CORE_KERNELS_GEMM_PACKED_PRODUCT_H_
#define FRAZO_CORE_KERNELS_GEMM_PACKED_PRODUCT_H_

#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/row_blocks.h"

namespace frazo::gemm {

// Where a product goes: y = start + x * matrix.
struct ProductOutput {
  // [rows, columns], rows y_stride apart.
  float* y;
  int64_t y_stride;
  // [rows, columns], rows start_stride apart: 0 adds one row, such as a bias, to all. Null for
  // zeros; y itself adds to what is there.
  const float* start = nullptr;
  int64_t start_stride = 0;
};

// Computes the columns of the panels begin .. end - 1. x.depth() must be matrix.depth. Each
// element's sum is added up in one order, however the panels are divided among threads. Made for
// few rows, up to a hundred: every panel is read from memory once, and the next one is fetched
// meanwhile.
void MultiplyPanels(const RowBlocks& x, const PackedMatrix& matrix, int64_t begin, int64_t end,
                    const ProductOutput& output);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_PACKED_PRODUCT_H_
