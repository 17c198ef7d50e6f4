#include "core/kernels/gemm/packed_matrix.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

std::vector<float> Pack(const MatrixToPack& matrix) {
  // Not zero, so that the padding must be written.
  std::vector<float> panels(PackedSize(matrix.depth, matrix.columns), 7.0f);
  for (int64_t index = 0; index < PanelCount(matrix.columns); ++index) {
    PackPanel(matrix, index, panels.data() + index * matrix.depth * kPanelColumns);
  }
  return panels;
}

TEST(PackedMatrixTest, OnePanelHoldsTheRowsAndZerosBehindThem) {
  const std::vector<float> matrix = {1, 2, 3,  //
                                     4, 5, 6};
  const std::vector<float> panels = Pack({matrix.data(), 2, 3, false});
  ASSERT_EQ(panels.size(), 2 * 32);
  EXPECT_THAT(std::vector<float>(panels.begin(), panels.begin() + 3), ElementsAre(1, 2, 3));
  EXPECT_THAT(std::vector<float>(panels.begin() + 3, panels.begin() + 32), Each(0));
  EXPECT_THAT(std::vector<float>(panels.begin() + 32, panels.begin() + 35), ElementsAre(4, 5, 6));
  EXPECT_THAT(std::vector<float>(panels.begin() + 35, panels.end()), Each(0));
}

TEST(PackedMatrixTest, TransposedPacksToTheSame) {
  for (const int64_t depth : {0, 1, 15, 16, 17, 40}) {
    for (const int64_t columns : {1, 31, 32, 33, 70}) {
      std::vector<float> matrix(depth * columns), transposed(depth * columns);
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t column = 0; column < columns; ++column) {
          matrix[k * columns + column] = transposed[column * depth + k] = k * columns + column + 1;
        }
      }
      const std::vector<float> panels = Pack({matrix.data(), depth, columns, false});
      EXPECT_EQ(Pack({transposed.data(), depth, columns, true}), panels);
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t column = 0; column < columns; ++column) {
          const int64_t panel = column / 32 * depth * 32;
          EXPECT_EQ(panels[panel + k * 32 + column % 32], matrix[k * columns + column]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace frazo::gemm
