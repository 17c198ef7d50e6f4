#include "core/kernels/gemm/matrix_pieces.h"

#include <cstdint>
#include <vector>

#include "core/kernels/gemm/nonzero_rows.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

TEST(MatrixPiecesTest, AValueIsInThePieceOfItsBlockAndStrip) {
  for (const int64_t depth : {1, 64, 70}) {
    for (const int64_t columns : {5, 128, 131}) {
      std::vector<float> matrix(depth * columns), transposed(depth * columns);
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t c = 0; c < columns; ++c) {
          matrix[k * columns + c] = transposed[c * depth + k] = 1 + k * columns + c;
        }
      }
      MatrixPieces pieces(depth, columns), others(depth, columns);
      EXPECT_EQ(pieces.strips(), columns > 128 ? 2 : 1);
      pieces.Pack({matrix.data(), depth, columns, false}, 0, pieces.strips());
      for (int64_t strip = 0; strip < others.strips(); ++strip) {
        others.Pack({transposed.data(), depth, columns, true}, strip, strip + 1);
      }
      for (int64_t strip = 0; strip < pieces.strips(); ++strip) {
        for (int64_t k = 0; k < (depth > 64 ? 128 : 64); ++k) {
          for (int64_t c = strip * 128; c < (strip + 1) * 128; ++c) {
            const float wanted = k < depth && c < columns ? matrix[k * columns + c] : 0;
            const int64_t at = k % kPieceDepth * kPieceColumns + c % kPieceColumns;
            EXPECT_EQ(pieces.piece(strip, k / kPieceDepth)[at], wanted);
            EXPECT_EQ(others.piece(strip, k / kPieceDepth)[at], wanted);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace frazo::gemm
