#ifndef FRAZO_CORE_KERNELS_GEMM_NONZERO_PRODUCT_H_
#define FRAZO_CORE_KERNELS_GEMM_NONZERO_PRODUCT_H_

#include <cstdint>

#include "core/kernels/gemm/nonzero_rows.h"

namespace frazo::gemm {

// Adds the product of some rows with a piece of a matrix: sums[r] += rows[r] * piece.
//
// rows: One block of the rows.
// piece: [kPieceDepth, kPieceColumns], at a multiple of 64 bytes.
// columns: How many columns of the piece count, 1 .. kPieceColumns. Up to a vector's lanes more are
//   computed, too.
// sums: [rows, kPieceColumns], at a multiple of 64 bytes.
void AddNonzeroProduct(const NonzeroRows::Block& rows, const float* piece, int64_t columns,
                       float* sums);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_NONZERO_PRODUCT_H_
