#include "core/kernels/gemm/transposed_panel.h"

#include <cstdint>
#include <vector>

#include "core/kernels/gemm/packed_matrix.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

using ::testing::Each;

TEST(PackPanelFastTest, DoesWhatPackPanelDoes) {
  for (const int64_t depth : {1, 4, 15, 16, 37}) {
    for (const int64_t columns : {1, 6, 32, 43}) {
      std::vector<float> values(depth * columns);
      for (int64_t i = 0; i < values.size(); ++i) values[i] = i + 1;
      for (const bool is_transposed : {false, true}) {
        const MatrixToPack matrix = {values.data(), depth, columns, is_transposed};
        for (int64_t index = 0; index < PanelCount(columns); ++index) {
          std::vector<float> expected(depth * kPanelColumns, -1), found = expected;
          PackPanel(matrix, index, expected.data());
          PackPanelFast(matrix, index, found.data());
          EXPECT_EQ(found, expected) << depth << " " << columns << " " << is_transposed;
        }
      }
    }
  }
}

TEST(PackPanelsTest, PacksTheAskedPanelsOnly) {
  const std::vector<float> matrix(2 * 96, 1.0f);
  std::vector<float> panels(PackedSize(2, 96));
  PackPanels({matrix.data(), 2, 96, false}, 1, 2, panels.data());
  EXPECT_THAT(std::vector<float>(panels.begin(), panels.begin() + 64), Each(0));
  EXPECT_THAT(std::vector<float>(panels.begin() + 64, panels.begin() + 128), Each(1));
  EXPECT_THAT(std::vector<float>(panels.begin() + 128, panels.end()), Each(0));
}

TEST(InterleaveRowsTest, PutsTheValuesOfAStepSideBySide) {
  for (const int64_t depth : {1, 4, 7}) {
    std::vector<float> x(12 * depth);
    for (int64_t i = 0; i < x.size(); ++i) x[i] = i;
    const std::vector<int64_t> indices = {7, 3, 11, 0, 5, 9};
    for (int64_t count = 1; count <= indices.size(); ++count) {
      std::vector<float> packed(count * depth, -1);
      InterleaveRows(x.data(), depth, indices.data(), count, packed.data());
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t i = 0; i < count; ++i) {
          EXPECT_EQ(packed[k * count + i], indices[i] * depth + k);
        }
      }
    }
  }
}

TEST(TransposeRowsTest, MakesColumnsOfRowsAndLeavesTheRestAlone) {
  for (const int64_t depth : {1, 4, 7}) {
    for (const int64_t count : {1, 4, 6}) {
      // Rows have two floats that do not belong to them, and so have those of the result.
      const int64_t stride = depth + 2, to_stride = count + 2;
      std::vector<float> rows(count * stride), columns(depth * to_stride, -1);
      for (int64_t i = 0; i < rows.size(); ++i) rows[i] = i;
      TransposeRows({rows.data(), count, depth, stride}, to_stride, columns.data());
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t i = 0; i < to_stride; ++i) {
          EXPECT_EQ(columns[k * to_stride + i], i < count ? i * stride + k : -1);
        }
      }
    }
  }
}

}  // namespace
}  // namespace frazo::gemm
