#include "core/kernels/gemm/matrix_pieces.h"

#include <algorithm>
#include <cstdint>

#include "core/kernels/gemm/nonzero_rows.h"
#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/transposed_panel.h"

namespace frazo::gemm {
namespace {

int64_t StripCount(int64_t columns) { return (columns + kPieceColumns - 1) / kPieceColumns; }

int64_t StripSize(int64_t depth) {
  return (depth + kPieceDepth - 1) / kPieceDepth * kPieceDepth * kPieceColumns;
}

}  // namespace

MatrixPieces::MatrixPieces(int64_t depth, int64_t columns)
    : depth_(depth),
      columns_(columns),
      strip_size_(StripSize(depth)),
      values_(StripCount(columns) * strip_size_) {}

void MatrixPieces::Pack(const MatrixToPack& matrix, int64_t begin, int64_t end) {
  for (int64_t strip = begin; strip < end; ++strip) {
    const int64_t first = strip * kPieceColumns;
    const int64_t width = std::min(kPieceColumns, columns_ - first);
    float* to = values_.data() + strip * strip_size_;
    if (matrix.is_transposed) {
      TransposeRows({matrix.values + first * depth_, width, depth_, depth_}, kPieceColumns, to);
      continue;
    }
    for (int64_t k = 0; k < depth_; ++k) {
      std::copy_n(matrix.values + k * columns_ + first, width, to + k * kPieceColumns);
    }
  }
}

int64_t MatrixPieces::strips() const { return StripCount(columns_); }

const float* MatrixPieces::piece(int64_t strip, int64_t block) const {
  return values_.data() + strip * strip_size_ + block * kPieceDepth * kPieceColumns;
}

}  // namespace frazo::gemm
