#include "core/kernels/gemm/packed_product.h"

#include <cstdint>
#include <random>
#include <vector>

#include "core/kernels/gemm/transposed_panel.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

// Small whole numbers: their sums are exact in any order, so that results can be compared exactly.
std::vector<float> WholeNumbers(int64_t size, int seed) {
  std::mt19937 random(TestSeed(seed));
  std::vector<float> values(size);
  for (float& value : values) value = static_cast<int>(random() % 17) - 8;
  return values;
}

struct Product {
  int64_t rows;
  int64_t depth;
  int64_t columns;
  std::vector<float> x = WholeNumbers(rows * depth, 1);
  std::vector<float> matrix = WholeNumbers(depth * columns, 2);
  std::vector<float> bias = WholeNumbers(columns, 3);

  std::vector<float> Expected(bool with_bias) const {
    std::vector<float> y(rows * columns);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t column = 0; column < columns; ++column) {
        float sum = with_bias ? bias[column] : 0;
        for (int64_t k = 0; k < depth; ++k) {
          sum += x[row * depth + k] * matrix[k * columns + column];
        }
        y[row * columns + column] = sum;
      }
    return y;
  }

  std::vector<float> Panels() const {
    std::vector<float> panels(PackedSize(depth, columns));
    PackPanels({matrix.data(), depth, columns, false}, 0, PanelCount(columns), panels.data());
    return panels;
  }
};

TEST(PackedProductTest, TwoByTwoByHand) {
  const std::vector<float> x = {1, 2, 3, 4}, matrix = {5, 6, 7, 8}, bias = {100, 200};
  std::vector<float> panels(PackedSize(2, 2)), y(4);
  PackPanels({matrix.data(), 2, 2, false}, 0, 1, panels.data());
  RowBlocks rows;
  rows.Set(x.data(), 2, 2, 2);
  MultiplyPanels(rows, {panels.data(), 2, 2}, 0, 1, {y.data(), 2, bias.data(), 0});
  // 1 * 5 + 2 * 7, 1 * 6 + 2 * 8, 3 * 5 + 4 * 7, 3 * 6 + 4 * 8.
  EXPECT_THAT(y, ElementsAre(119, 222, 143, 250));
}

TEST(PackedProductTest, EqualsTheTripleLoopForAllShapes) {
  for (const int64_t rows : {0, 1, 2, 3, 7, 8, 11, 12, 13, 25, 32, 64, 100}) {
    for (const int64_t depth : {0, 1, 5, 64}) {
      for (const int64_t columns : {1, 15, 16, 17, 31, 32, 33, 100}) {
        const Product product{rows, depth, columns};
        const std::vector<float> panels = product.Panels();
        RowBlocks x;
        x.Set(product.x.data(), rows, depth, depth);
        std::vector<float> y(rows * columns, -1.0f);
        MultiplyPanels(x, {panels.data(), depth, columns}, 0, PanelCount(columns),
                       {y.data(), columns});
        ASSERT_EQ(y, product.Expected(false)) << rows << " x " << depth << " x " << columns;
      }
    }
  }
}

TEST(PackedProductTest, PanelsCanBeDividedAndRowsLieApart) {
  const Product product{5, 9, 100};
  const std::vector<float> panels = product.Panels();
  RowBlocks x;
  x.Set(product.x.data(), 5, 9, 9);
  // Rows are 120 apart; the values between them must not change.
  std::vector<float> y(5 * 120, -1.0f);
  const ProductOutput output = {y.data(), 120, product.bias.data(), 0};
  MultiplyPanels(x, {panels.data(), 9, 100}, 2, 4, output);
  MultiplyPanels(x, {panels.data(), 9, 100}, 0, 2, output);
  const std::vector<float> expected = product.Expected(true);
  for (int64_t row = 0; row < 5; ++row) {
    for (int64_t column = 0; column < 120; ++column) {
      EXPECT_EQ(y[row * 120 + column], column < 100 ? expected[row * 100 + column] : -1.0f);
    }
  }
}

TEST(PackedProductTest, AddsToWhatIsThere) {
  const Product product{3, 4, 40};
  const std::vector<float> panels = product.Panels();
  RowBlocks x;
  x.Set(product.x.data(), 3, 4, 4);
  std::vector<float> y(3 * 40, 1000.0f);
  MultiplyPanels(x, {panels.data(), 4, 40}, 0, 2, {y.data(), 40, y.data(), 40});
  std::vector<float> expected = product.Expected(false);
  for (float& value : expected) value += 1000.0f;
  EXPECT_EQ(y, expected);
}

TEST(PackedProductTest, RoundsAsFloatsDo) {
  std::mt19937 random(TestSeed(4));
  std::normal_distribution<float> normal;
  Product product{6, 500, 50};
  for (float& value : product.x) value = normal(random);
  for (float& value : product.matrix) value = normal(random);
  const std::vector<float> panels = product.Panels();
  RowBlocks x;
  x.Set(product.x.data(), 6, 500, 500);
  std::vector<float> y(6 * 50);
  MultiplyPanels(x, {panels.data(), 500, 50}, 0, 2, {y.data(), 50});
  EXPECT_THAT(y, Pointwise(FloatNear(2e-4f), product.Expected(false)));
}

}  // namespace
}  // namespace frazo::gemm
