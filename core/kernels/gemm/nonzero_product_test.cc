#include "core/kernels/gemm/nonzero_product.h"

#include <cstdint>
#include <vector>

#include "core/kernels/gemm/aligned_floats.h"
#include "core/kernels/gemm/nonzero_rows.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

TEST(AddNonzeroProductTest, EqualsTheDefinition) {
  // Small whole numbers: the sums are exact.
  std::vector<float> x(3 * 40);
  for (int64_t i = 0; i < x.size(); ++i) x[i] = i % 3 == 0 ? 0 : i % 7 - 3;
  AlignedFloats piece(kPieceDepth * kPieceColumns);
  for (int64_t i = 0; i < 40 * kPieceColumns; ++i) piece.data()[i] = i % 11 - 5;
  NonzeroRows rows;
  rows.SetRows(x.data(), 3, 40);
  for (const int64_t columns : {1, 16, 33, 100, 128}) {
    AlignedFloats sums(3 * kPieceColumns);
    for (int64_t i = 0; i < 3 * kPieceColumns; ++i) sums.data()[i] = i;
    AddNonzeroProduct(rows.block(0), piece.data(), columns, sums.data());
    for (int64_t row = 0; row < 3; ++row) {
      for (int64_t c = 0; c < columns; ++c) {
        float wanted = row * kPieceColumns + c;
        for (int64_t k = 0; k < 40; ++k) {
          wanted += x[row * 40 + k] * piece.data()[k * kPieceColumns + c];
        }
        EXPECT_EQ(sums.data()[row * kPieceColumns + c], wanted) << row << " " << c;
      }
    }
  }
}

}  // namespace
}  // namespace frazo::gemm
