#include "core/kernels/attention/head_panels.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace frazo::attention {
namespace {

constexpr int64_t kColumns = gemm::kPanelColumns;

// 40 rows of 35 numbers, the head of a longer row of 50.
constexpr int64_t kRows = 40, kSize = 35, kStride = 50;

float Value(int64_t row, int64_t column) { return row + column / 64.0f; }

HeadPanels Panels() {
  std::vector<float> values(kRows * kStride, -1);
  for (int64_t row = 0; row < kRows; ++row) {
    for (int64_t column = 0; column < kSize; ++column) {
      values[row * kStride + column] = Value(row, column);
    }
  }
  HeadPanels panels;
  panels.Set({values.data(), kStride, kRows, kSize, 1, {}});
  panels.PackBlocks();
  panels.PackColumns();
  return panels;
}

TEST(HeadPanelsTest, BlocksAreTransposedRowsFilledWithZeros) {
  const HeadPanels panels = Panels();
  ASSERT_EQ(panels.blocks(), 2);
  for (int64_t block = 0; block < 2; ++block) {
    for (int64_t i = 0; i < kSize * kColumns; ++i) {
      const int64_t row = block * kColumns + i % kColumns;
      EXPECT_EQ(panels.block(block)[i], row < kRows ? Value(row, i / kColumns) : 0) << i;
    }
  }
}

TEST(HeadPanelsTest, ColumnsBeginWithAnyRowAndAreFilledWithZeros) {
  const HeadPanels panels = Panels();
  for (int64_t panel = 0; panel < 2; ++panel) {
    for (int64_t i = 0; i < (kRows - 3) * kColumns; ++i) {
      const int64_t column = panel * kColumns + i % kColumns;
      EXPECT_EQ(panels.columns(panel, 3)[i], column < kSize ? Value(3 + i / kColumns, column) : 0);
    }
  }
}

TEST(HeadPanelsTest, ProductOfAPairOfPanels) {
  // left[k, i] = i + 1 and right[k, j] = 2 j + k: the sum over k = 0, 1, 2 is (i + 1) (6 j + 3).
  std::vector<float> left, right, y(kColumns * (kColumns + 4), 100);
  for (int64_t k = 0; k < 3; ++k) {
    for (int64_t i = 0; i < kColumns; ++i) {
      left.push_back(i + 1);
      right.push_back(2 * i + k);
    }
  }
  const int64_t stride = kColumns + 4;
  MultiplyPanelPair(left.data(), right.data(), 3, y.data(), stride, y.data());
  for (int64_t i = 0; i < kColumns; ++i) {
    for (int64_t j = 0; j < kColumns; ++j) {
      EXPECT_EQ(y[i * stride + j], 100 + (i + 1) * (6 * j + 3)) << i << ' ' << j;
    }
  }
  MultiplyPanelPair(left.data(), right.data(), 3, nullptr, stride, y.data());
  EXPECT_EQ(y[stride + 1], 2 * 9);
}

}  // namespace
}  // namespace frazo::attention
