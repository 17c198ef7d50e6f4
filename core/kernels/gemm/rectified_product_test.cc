#include "core/kernels/gemm/rectified_product.h"

#include <algorithm>
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

// What comes of rows, and its memory.
struct Made {
  Made(int64_t rows, int64_t cells, int64_t columns)
      : y(rows * columns, -1),
        means(cells * columns, -1),
        maxima(cells * columns, -1),
        squares(cells * columns, -1) {}

  RectifiedProduct::Outcome Outcome() {
    return {y.data(), {means.data(), maxima.data(), squares.data()}};
  }

  std::vector<float> y, means, maxima, squares;
};

// Two rows in the first cell, none in the second, one in the third.
class ThreeCellsTest : public testing::Test {
 protected:
  const std::vector<int32_t> counts_ = {2, 0, 1};
  const RectifiedProduct product_{counts_.data(), 3, 2, 1};
  const std::vector<float> x_ = {1, 2, 0, 3, 4, 0}, kernel_ = {10, -1};
};

TEST_F(ThreeCellsTest, RowsAndWhatTheyHaveInCommon) {
  const std::vector<float> shared = {1, 100, -20};
  EXPECT_EQ(product_.rows(), 3);
  Made made(3, 3, 1);
  product_.Multiply(x_.data(), PiecesOf(kernel_, 2, 1, false), shared.data(), 0, 3, made.Outcome());
  // 10 - 2 + 1, then -3 + 1, which is negative, and 40 - 20.
  EXPECT_THAT(made.y, ElementsAre(9, 0, 20));
  EXPECT_THAT(made.means, ElementsAre(4.5, 0, 20));
  EXPECT_THAT(made.maxima, ElementsAre(9, 0, 20));
  EXPECT_THAT(made.squares, ElementsAre(40.5, 0, 0));
  float mean = -1, variance = -1;
  product_.Moments(made.Outcome().of_cells, &mean, &variance);
  EXPECT_FLOAT_EQ(mean, 29 / 3.0f);
  // (81 + 400) / 3 - mean^2.
  EXPECT_FLOAT_EQ(variance, 66.88889f);
}

TEST_F(ThreeCellsTest, Derivatives) {
  const std::vector<float> y = {9, 0, 20}, maxima = {9, 0, 20}, of_y = {5, 6, 7},
                           of_means = {2, 50, 3}, of_maxima = {100, 50, 200};
  const float factor = 0.5, shift = -4;
  std::vector<float> of_sums(3, -1), of_x(6, -1), of_shared(3, -1), of_kernel(2, -1);
  product_.MultiplyBack(
      {y.data(), of_y.data(), maxima.data(), of_means.data(), of_maxima.data(), &factor, &shift},
      PiecesOf(kernel_, 1, 2, true), 0, 3, {of_sums.data(), of_x.data(), of_shared.data()});
  // 5 + 0.5 * 9 - 4 + 2 / 2 + 100; stopped; 7 + 0.5 * 20 - 4 + 3 + 200.
  EXPECT_THAT(of_sums, ElementsAre(106.5, 0, 216));
  EXPECT_THAT(of_x, ElementsAre(1065, -106.5, 0, 0, 2160, -216));
  EXPECT_THAT(of_shared, ElementsAre(106.5, 0, 216));
  const int64_t units = product_.KernelUnits(2);
  product_.KernelGradient(x_.data(), of_sums.data(), units, 0, units, of_kernel.data());
  // 106.5 (1, 2) + 216 (4, 0).
  EXPECT_THAT(of_kernel, ElementsAre(970.5, 213));
}

TEST(RectifiedProductTest, NanIsNotRectified) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const int32_t count = 1;
  const RectifiedProduct product(&count, 1, 1, 1);
  const float one = 1;
  Made made(1, 1, 1);
  product.Multiply(&nan, PiecesOf({1}, 1, 1, false), &one, 0, 1, made.Outcome());
  EXPECT_TRUE(std::isnan(made.y[0]));
  EXPECT_TRUE(std::isnan(made.means[0]));
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

// The definition, with sums as doubles.
struct Wanted {
  Wanted(const Sizes& sizes, const std::vector<float>& x, const std::vector<float>& kernel,
         const std::vector<float>& shared, const std::vector<float>& of_y)
      : y(of_y.size()), of_x(x.size()), of_kernel(kernel.size()), of_shared(shared.size()) {
    const auto& [counts, depth, columns, threads] = sizes;
    int64_t row = 0;
    for (int64_t cell = 0; cell < counts.size(); ++cell) {
      for (const int64_t last = row + counts[cell]; row < last; ++row) {
        for (int64_t c = 0; c < columns; ++c) {
          double sum = shared[cell * columns + c];
          for (int64_t k = 0; k < depth; ++k) sum += x[row * depth + k] * kernel[k * columns + c];
          if (sum <= 0) continue;
          y[row * columns + c] = sum;
          const float slope = of_y[row * columns + c];
          of_shared[cell * columns + c] += slope;
          for (int64_t k = 0; k < depth; ++k) {
            of_x[row * depth + k] += slope * kernel[k * columns + c];
            of_kernel[k * columns + c] += slope * x[row * depth + k];
          }
        }
      }
    }
  }

  std::vector<float> y, of_x, of_kernel, of_shared;
};

TEST_P(RectifiedProductSizes, EqualsTheDefinitionHoweverTheWorkIsDivided) {
  const auto& [counts, depth, columns, threads] = GetParam();
  std::mt19937 random(TestSeed(3));
  const int64_t cells = counts.size();
  const RectifiedProduct product(counts.data(), cells, depth, columns);
  const int64_t rows = product.rows();
  const std::vector<float> x = Draw(rows * depth, true, &random),
                           kernel = Draw(depth * columns, false, &random),
                           shared = Draw(cells * columns, false, &random),
                           of_y = Draw(rows * columns, false, &random),
                           none(std::max(cells, int64_t{1}) * columns);
  const Wanted wanted(GetParam(), x, kernel, shared, of_y);
  const MatrixPieces pieces = PiecesOf(kernel, depth, columns, false);
  const MatrixPieces transposed = PiecesOf(kernel, columns, depth, true);
  const RectifiedProduct::Slopes slopes = {wanted.y.data(), of_y.data(), none.data(), none.data(),
                                           none.data(),     none.data(), none.data()};
  Made made(rows, cells, columns), again(rows, cells, columns);
  struct Found {
    std::vector<float> sums, x, shared;
  };
  Found found = {std::vector<float>(rows * columns), std::vector<float>(rows * depth),
                 std::vector<float>(cells * columns)};
  Found other = found;
  for (int64_t cell = 0; cell < cells; ++cell) {
    product.Multiply(x.data(), pieces, shared.data(), cell, cell + 1, made.Outcome());
    product.MultiplyBack(slopes, transposed, cell, cell + 1,
                         {found.sums.data(), found.x.data(), found.shared.data()});
  }
  product.Multiply(x.data(), pieces, shared.data(), 0, cells, again.Outcome());
  product.MultiplyBack(slopes, transposed, 0, cells,
                       {other.sums.data(), other.x.data(), other.shared.data()});
  const int64_t units = product.KernelUnits(threads);
  std::vector<float> of_kernel(kernel.size(), -1);
  for (int64_t unit = 0; unit < units; ++unit) {
    product.KernelGradient(x.data(), found.sums.data(), units, unit, unit + 1, of_kernel.data());
  }
  EXPECT_THAT(made.y, Pointwise(FloatNear(1e-3), wanted.y));
  EXPECT_THAT(found.x, Pointwise(FloatNear(1e-3), wanted.of_x));
  EXPECT_THAT(found.shared, Pointwise(FloatNear(1e-3), wanted.of_shared));
  EXPECT_THAT(of_kernel, Pointwise(FloatNear(1e-3), wanted.of_kernel));
  EXPECT_EQ(again.y, made.y);
  EXPECT_EQ(again.squares, made.squares);
  EXPECT_EQ(other.x, found.x);
  EXPECT_EQ(other.shared, found.shared);
}

INSTANTIATE_TEST_SUITE_P(Cases, RectifiedProductSizes,
                         testing::Values(Sizes{{0}, 3, 2, 1}, Sizes{{1}, 1, 1, 4},
                                         Sizes{{0, 3, 0, 20, 0}, 5, 130, 3},
                                         Sizes{{100, 0, 7, 61, 2}, 150, 17, 2},
                                         Sizes{{30, 40}, 64, 256, 9}));

}  // namespace
}  // namespace frazo::gemm
