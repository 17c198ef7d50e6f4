#include "core/kernels/gemm/grouped_product.h"

#include <cstdint>
#include <random>
#include <vector>

#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

TEST(GroupedProductTest, EachRowGoesThroughTheMatrixOfItsGroup) {
  // Row 0 belongs to the second group, row 2 to the first, row 1 to none.
  const std::vector<int32_t> segments = {2, 1, 0, 1};
  const GroupedProduct product = {{segments.data(), 2, 1}, 2, 1, 1};
  const std::vector<float> x = {1, 2, 3, 4, 5, 6}, matrices = {1, 10, 100, 1000};
  std::vector<float> y(3, -1);
  product.Multiply(x.data(), matrices.data(), false, 0, product.units(), y.data());
  // 1 * 100 + 2 * 1000, and 5 * 1 + 6 * 10.
  EXPECT_THAT(y, ElementsAre(2100, -1, 65));
  std::vector<float> gradient(4, -1);
  const std::vector<float> y_gradient = {7, 8, 9};
  product.MultiplyRows(x.data(), y_gradient.data(), 0, product.units(), gradient.data());
  // Row 2 times 9, and row 0 times 7.
  EXPECT_THAT(gradient, ElementsAre(45, 54, 7, 14));
}

TEST(GroupedProductTest, AGroupWithoutRowsHasTheGradientZero) {
  const std::vector<int32_t> segments = {0, 0};
  const GroupedProduct product = {{segments.data(), 1, 1}, 2, 1, 1};
  std::vector<float> gradient(2, -1);
  product.MultiplyRows(nullptr, nullptr, 0, 1, gradient.data());
  EXPECT_THAT(gradient, ElementsAre(0, 0));
}

struct Sizes {
  int64_t depth;
  int64_t columns;
  // The rows of the two parts of each of three groups.
  std::vector<int32_t> parts;
  int64_t units;
};

class GroupedProductSizes : public testing::TestWithParam<Sizes> {};

std::vector<float> Draw(int64_t count, std::mt19937* random) {
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(*random);
  return values;
}

TEST_P(GroupedProductSizes, EqualsTheDefinition) {
  const auto& [depth, columns, parts, units] = GetParam();
  std::mt19937 random(TestSeed(3));
  // Two rows between parts belong to none.
  std::vector<int32_t> segments;
  int64_t rows = 0;
  for (const int32_t size : parts) {
    segments.insert(segments.end(), {static_cast<int32_t>(rows), size});
    rows += size + 2;
  }
  const GroupedProduct product = {{segments.data(), 3, 2}, depth, columns, units};
  const std::vector<float> x = Draw(rows * depth, &random), y = Draw(rows * columns, &random),
                           matrices = Draw(3 * depth * columns, &random);
  std::vector<float> transposed(matrices.size()), expected(rows * columns, 5),
      expected_matrices(matrices.size());
  for (int64_t group = 0; group < 3; ++group) {
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t c = 0; c < columns; ++c) {
        const int64_t at = (group * depth + k) * columns + c;
        transposed[(group * columns + c) * depth + k] = matrices[at];
        for (const int64_t row : product.groups.Rows(group)) {
          float& sum = expected[row * columns + c];
          sum = (k == 0 ? 0 : sum) + x[row * depth + k] * matrices[at];
          expected_matrices[at] += x[row * depth + k] * y[row * columns + c];
        }
      }
    }
  }
  std::vector<float> found(rows * columns, 5), found_transposed = found, found_matrices(matrices);
  for (int64_t unit = 0; unit < product.units(); ++unit) {
    product.Multiply(x.data(), matrices.data(), false, unit, unit + 1, found.data());
    product.MultiplyRows(x.data(), y.data(), unit, unit + 1, found_matrices.data());
  }
  product.Multiply(x.data(), transposed.data(), true, 0, product.units(), found_transposed.data());
  EXPECT_THAT(found, Pointwise(FloatNear(1e-3), expected));
  EXPECT_THAT(found_transposed, Pointwise(FloatNear(1e-3), expected));
  EXPECT_THAT(found_matrices, Pointwise(FloatNear(1e-3), expected_matrices));
}

INSTANTIATE_TEST_SUITE_P(Cases, GroupedProductSizes,
                         testing::Values(Sizes{1, 1, {1, 0, 0, 0, 2, 1}, 1},
                                         Sizes{19, 33, {13, 0, 5, 9, 0, 1}, 1},
                                         Sizes{64, 70, {25, 12, 0, 0, 3, 4}, 3},
                                         Sizes{7, 130, {12, 12, 1, 1, 30, 0}, 2}));

TEST(UnitsPerGroupTest, ThreadsHaveSomeUnitsEach) {
  // 8 units for 2 threads; a unit has at least 4 of the 32 panels.
  EXPECT_EQ(UnitsPerGroup(8, 1024, 2), 1);
  EXPECT_EQ(UnitsPerGroup(2, 1024, 2), 4);
  EXPECT_EQ(UnitsPerGroup(1, 1024, 64), 8);
  EXPECT_EQ(UnitsPerGroup(0, 1, 2), 1);
}

}  // namespace
}  // namespace frazo::gemm
