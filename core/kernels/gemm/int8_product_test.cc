#include "core/kernels/gemm/int8_product.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "core/kernels/gemm/int8_matrix.h"
#include "core/kernels/gemm/int8_rows.h"
#include "core/kernels/gemm/int8_tile.h"
#include "core/testing/test_variation.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

struct OwnedInt8Matrix {
  OwnedInt8Matrix(const std::vector<float>& values, int64_t depth, int64_t columns,
                  bool is_transposed = false)
      : panels(PanelCount(columns) * Int8PanelSize(depth)),
        scales(columns),
        sums(columns),
        view{panels.data(), scales.data(), sums.data(), depth, columns} {
    QuantizePanels({values.data(), depth, columns, is_transposed}, 0, PanelCount(columns),
                   {panels.data(), scales.data(), sums.data()});
  }

  std::vector<int8_t> panels;
  std::vector<float> scales;
  std::vector<int32_t> sums;
  Int8Matrix view;
};

std::vector<float> Normal(int64_t count, int seed) {
  std::mt19937 generator(TestSeed(seed));
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(generator);
  return values;
}

TEST(Int8MatrixTest, AColumnIsRoundedByItsLargest) {
  // Columns (254, -127, 1) and (0, 0, 0): the scales are 2 and 0; -127 / 2 and 1 / 2 are ties.
  const OwnedInt8Matrix matrix({254, 0, -127, 0, 1, 0}, 3, 2);
  EXPECT_EQ(matrix.scales, (std::vector<float>{2, 0}));
  EXPECT_EQ(matrix.sums, (std::vector<int32_t>{127 - 64 + 0, 0}));
  const std::vector<int8_t> start(matrix.panels.begin(), matrix.panels.begin() + 8);
  EXPECT_EQ(start, (std::vector<int8_t>{127, -64, 0, 0, 0, 0, 0, 0}));
}

TEST(Int8MatrixTest, TheTransposeGivesTheSame) {
  const int64_t depth = 7, columns = 41;
  const std::vector<float> values = Normal(depth * columns, 1);
  std::vector<float> transposed(values.size());
  for (int64_t k = 0; k < depth; ++k) {
    for (int64_t c = 0; c < columns; ++c) transposed[c * depth + k] = values[k * columns + c];
  }
  const OwnedInt8Matrix plain(values, depth, columns), turned(transposed, depth, columns, true);
  EXPECT_EQ(plain.panels, turned.panels);
  EXPECT_EQ(plain.scales, turned.scales);
  EXPECT_EQ(plain.sums, turned.sums);
}

TEST(Int8ProductTest, ByHand) {
  // Rows (127, 1) and (0, -254): scales 1 and 2. Columns (127, -127) and (254, 2): scales 1 and 2.
  const OwnedInt8Matrix matrix({127, 254, -127, 2}, 2, 2);
  const std::vector<float> x = {127, 1, 0, -254};
  const float bias[] = {0.5f, 0};
  float y[4];
  MultiplyInt8Panels(Int8Rows(x.data(), 2, 2), matrix.view, 0, 1, bias, y);
  EXPECT_EQ(y[0], 127 * 127 - 127 + 0.5f);
  EXPECT_EQ(y[1], 127 * 254 + 2);
  EXPECT_EQ(y[2], 254 * 127 + 0.5f);
  EXPECT_EQ(y[3], -254 * 2);
}

class Int8ProductSizes : public testing::TestWithParam<std::vector<int64_t>> {};

TEST_P(Int8ProductSizes, IsWithinTheRoundingOfTheProduct) {
  const int64_t rows = GetParam()[0], depth = GetParam()[1], columns = GetParam()[2];
  const std::vector<float> x = Normal(rows * depth, 2), values = Normal(depth * columns, 3);
  const OwnedInt8Matrix matrix(values, depth, columns);
  const Int8Rows rounded(x.data(), rows, depth);
  std::vector<float> y(rows * columns);
  const int64_t panels = PanelCount(columns);
  MultiplyInt8Panels(rounded, matrix.view, 0, panels / 2, nullptr, y.data());
  MultiplyInt8Panels(rounded, matrix.view, panels / 2, panels, nullptr, y.data());
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) {
      // A factor is off by half a scale at most, and the product by that times the other factor.
      double expected = 0, bound = 1e-5;
      const double row_half = rounded.scale(row) / 2, column_half = matrix.scales[column] / 2;
      for (int64_t k = 0; k < depth; ++k) {
        const double a = x[row * depth + k], b = values[k * columns + column];
        expected += a * b;
        bound += std::fabs(a) * column_half + std::fabs(b) * row_half + row_half * column_half;
      }
      ASSERT_NEAR(y[row * columns + column], expected, bound) << row << ' ' << column;
    }
  }
}

TEST_P(Int8ProductSizes, AnyProcessorGivesTheSameWholeNumbers) {
  const int64_t rows = GetParam()[0], depth = GetParam()[1], columns = GetParam()[2];
  const std::vector<float> x = Normal(rows * depth, 4), values = Normal(depth * columns, 5);
  const OwnedInt8Matrix matrix(values, depth, columns);
  const Int8Rows rounded(x.data(), rows, depth);
  for (int64_t block = 0; block < rounded.block_count(); ++block) {
    int32_t sums[kMaxInt8BlockRows][kPanelColumns];
    const Int8Rows::Block of_rows = rounded.block(block);
    const int8_t* panel = matrix.view.Panel(0);
    MultiplyInt8Tile({of_rows, panel, Int8Groups(depth), sums});
    for (int64_t row = 0; row < of_rows.rows; ++row) {
      for (int64_t column = 0; column < kPanelColumns; ++column) {
        int32_t expected = 0;
        for (int64_t k = 0; k < Int8Groups(depth) * kInt8Group; ++k) {
          const int64_t group = k / kInt8Group, i = k % kInt8Group;
          expected += of_rows.values[(group * of_rows.rows + row) * kInt8Group + i] *
                      panel[(group * kPanelColumns + column) * kInt8Group + i];
        }
        ASSERT_EQ(sums[row][column], expected) << row << ' ' << column;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllSizes, Int8ProductSizes,
                         testing::Values(std::vector<int64_t>{1, 1, 1},
                                         std::vector<int64_t>{2, 4, 32},
                                         std::vector<int64_t>{12, 7, 33},
                                         std::vector<int64_t>{13, 64, 65},
                                         std::vector<int64_t>{32, 130, 96}));

TEST(Int8ProductTest, TheLargestSumsFit) {
  const int64_t depth = 65'000;
  const OwnedInt8Matrix matrix(std::vector<float>(depth, 1), depth, 1);
  const std::vector<float> x(depth, 1);
  float y;
  MultiplyInt8Panels(Int8Rows(x.data(), 1, depth), matrix.view, 0, 1, nullptr, &y);
  EXPECT_NEAR(y, depth, 0.1);
}

TEST(Int8ProductTest, ARowThatIsNotFiniteGivesNan) {
  const OwnedInt8Matrix matrix({1, 2}, 2, 1);
  for (const float odd :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const float x[] = {odd, 1, 1, 2};
    float y[2];
    MultiplyInt8Panels(Int8Rows(x, 2, 2), matrix.view, 0, 1, nullptr, y);
    EXPECT_TRUE(std::isnan(y[0]));
    EXPECT_NEAR(y[1], 5, 0.05);
  }
}

TEST(Int8ProductTest, NoRowsGiveNothing) {
  const OwnedInt8Matrix matrix({1, 2}, 2, 1);
  MultiplyInt8Panels(Int8Rows(nullptr, 0, 2), matrix.view, 0, 1, nullptr, nullptr);
}

}  // namespace
}  // namespace frazo::gemm
