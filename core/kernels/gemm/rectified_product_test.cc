#include "core/kernels/gemm/rectified_product.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "core/kernels/gemm/matrix_pieces.h"
#include "core/kernels/gemm/packed_matrix.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

MatrixPieces PiecesOf(const std::vector<float>& kernel, int64_t depth, int64_t columns,
                      bool is_transposed) {
  MatrixPieces pieces(depth, columns);
  pieces.Pack({kernel.data(), depth, columns, is_transposed}, 0, pieces.strips());
  return pieces;
}

TEST(RectifiedProductTest, NumbersByHand) {
  // Two rows in the first cell, none in the second, one in the third.
  const std::vector<int32_t> counts = {2, 0, 1};
  const RectifiedProduct product(counts.data(), 3, 2, 1);
  EXPECT_EQ(product.rows(), 3);
  const std::vector<float> x = {1, 2, 0, 3, 4, 0}, kernel = {10, -1}, shared = {1, 100, -50};
  std::vector<float> y(3, -1), of_x(6, -1), of_shared(3, -1), of_kernel(2, -1);
  product.Multiply(x.data(), PiecesOf(kernel, 2, 1, false), shared.data(), 0, 3, y.data());
  // 10 - 2 + 1, then -3 + 1 and 40 - 50, which are negative.
  EXPECT_THAT(y, ElementsAre(9, 0, 0));
  y = {9, 0, 2};
  const std::vector<float> of_y = {5, 6, 7};
  product.MultiplyBack({y.data(), of_y.data()}, PiecesOf(kernel, 1, 2, true), 0, 3, of_x.data(),
                       of_shared.data());
  EXPECT_THAT(of_x, ElementsAre(50, -5, 0, 0, 70, -7));
  EXPECT_THAT(of_shared, ElementsAre(5, 0, 7));
  const int64_t units = product.KernelUnits(2);
  product.KernelGradient(x.data(), {y.data(), of_y.data()}, units, 0, units, of_kernel.data());
  // 5 (1, 2) + 7 (4, 0).
  EXPECT_THAT(of_kernel, ElementsAre(33, 10));
}

TEST(RectifiedProductTest, NanIsNotRectified) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const int32_t count = 1;
  const RectifiedProduct product(&count, 1, 1, 1);
  float y = 0;
  const float one = 1;
  product.Multiply(&nan, PiecesOf({1}, 1, 1, false), &one, 0, 1, &y);
  EXPECT_TRUE(std::isnan(y));
}

struct Sizes {
  std::vector<int32_t> counts;
  int64_t depth;
  int64_t columns;
  int64_t threads;
};

class RectifiedProductSizes : public testing::TestWithParam<Sizes> {};

// Returns values half of which are 0.
std::vector<float> Draw(int64_t count, bool is_rectified, std::mt19937* random) {
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) {
    value = normal(*random);
    if (is_rectified && value < 0) value = 0;
  }
  return values;
}

TEST_P(RectifiedProductSizes, EqualsTheDefinition) {
  const auto& [counts, depth, columns, threads] = GetParam();
  std::mt19937 random(TestSeed(3));
  const int64_t cells = counts.size();
  const RectifiedProduct product(counts.data(), cells, depth, columns);
  const int64_t rows = product.rows();
  const std::vector<float> x = Draw(rows * depth, true, &random),
                           kernel = Draw(depth * columns, false, &random),
                           shared = Draw(cells * columns, false, &random),
                           of_y = Draw(rows * columns, false, &random);
  std::vector<float> wanted(rows * columns), of_x(rows * depth), of_kernel(depth * columns),
      of_shared(cells * columns);
  int64_t row = 0;
  for (int64_t cell = 0; cell < cells; ++cell) {
    for (const int64_t last = row + counts[cell]; row < last; ++row) {
      for (int64_t c = 0; c < columns; ++c) {
        double sum = shared[cell * columns + c];
        for (int64_t k = 0; k < depth; ++k) sum += x[row * depth + k] * kernel[k * columns + c];
        wanted[row * columns + c] = sum > 0 ? sum : 0;
        if (sum <= 0) continue;
        const float slope = of_y[row * columns + c];
        of_shared[cell * columns + c] += slope;
        for (int64_t k = 0; k < depth; ++k) {
          of_x[row * depth + k] += slope * kernel[k * columns + c];
          of_kernel[k * columns + c] += slope * x[row * depth + k];
        }
      }
    }
  }
  std::vector<float> y(wanted.size(), -1), found_x(of_x.size(), -1), found(of_kernel.size(), -1),
      found_shared(of_shared.size(), -1);
  const MatrixPieces pieces = PiecesOf(kernel, depth, columns, false);
  const MatrixPieces transposed = PiecesOf(kernel, columns, depth, true);
  const RectifiedProduct::Outcome outcome = {wanted.data(), of_y.data()};
  for (int64_t cell = 0; cell < cells; ++cell) {
    product.Multiply(x.data(), pieces, shared.data(), cell, cell + 1, y.data());
    product.MultiplyBack(outcome, transposed, cell, cell + 1, found_x.data(), found_shared.data());
  }
  const int64_t units = product.KernelUnits(threads);
  for (int64_t unit = 0; unit < units; ++unit) {
    product.KernelGradient(x.data(), outcome, units, unit, unit + 1, found.data());
  }
  EXPECT_THAT(y, Pointwise(FloatNear(1e-3), wanted));
  EXPECT_THAT(found_x, Pointwise(FloatNear(1e-3), of_x));
  EXPECT_THAT(found_shared, Pointwise(FloatNear(1e-3), of_shared));
  EXPECT_THAT(found, Pointwise(FloatNear(1e-3), of_kernel));
  // However the work is divided.
  std::vector<float> again(y.size()), again_x(of_x.size()), again_shared(of_shared.size());
  product.Multiply(x.data(), pieces, shared.data(), 0, cells, again.data());
  product.MultiplyBack(outcome, transposed, 0, cells, again_x.data(), again_shared.data());
  EXPECT_EQ(again, y);
  EXPECT_EQ(again_x, found_x);
  EXPECT_EQ(again_shared, found_shared);
}

INSTANTIATE_TEST_SUITE_P(Cases, RectifiedProductSizes,
                         testing::Values(Sizes{{0}, 3, 2, 1}, Sizes{{1}, 1, 1, 4},
                                         Sizes{{0, 3, 0, 20, 0}, 5, 130, 3},
                                         Sizes{{100, 0, 7, 61, 2}, 150, 17, 2},
                                         Sizes{{30, 40}, 64, 256, 9}));

}  // namespace
}  // namespace frazo::gemm
