#ifndef FRAZO_CORE_KERNELS_GEMM_MATRIX_PIECES_H_
#define FRAZO_CORE_KERNELS_GEMM_MATRIX_PIECES_H_

#include <cstdint>

#include "core/kernels/gemm/aligned_floats.h"
#include "core/kernels/gemm/packed_matrix.h"

namespace frazo::gemm {

// A matrix [depth, columns] cut into pieces [kPieceDepth, kPieceColumns] with zeros after its end:
// the right side of a product with NonzeroRows. Strip: the pieces of kPieceColumns columns.
class MatrixPieces {
 public:
  MatrixPieces(int64_t depth, int64_t columns);

  // Copies the strips begin .. end - 1 from a matrix of these sizes. Several threads may.
  void Pack(const MatrixToPack& matrix, int64_t begin, int64_t end);

  int64_t columns() const { return columns_; }
  int64_t strips() const;
  // Returns the piece that belongs to a block of rows.
  const float* piece(int64_t strip, int64_t block) const;

 private:
  int64_t depth_;
  int64_t columns_;
  int64_t strip_size_;
  AlignedFloats values_;
};

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_MATRIX_PIECES_H_
