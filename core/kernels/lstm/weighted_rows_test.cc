#include "core/kernels/lstm/weighted_rows.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::lstm {
namespace {

using ::testing::ElementsAre;

using Values = std::vector<float>;

TEST(WeightedRowsTest, ThreeRowsByHand) {
  // The third column of the matrix is not part of the rows.
  const Values matrix = {1, 2, 9, 3, 4, 9, 5, 6, 9};
  const MatrixRows rows = {matrix.data(), 3, 2, 3};
  Values y = {100, 200}, products(3);
  AddWeightedRows(rows, Values{1, 0, -2}.data(), y.data());
  EXPECT_THAT(y, ElementsAre(100 + 1 - 10, 200 + 2 - 12));
  MultiplyRows(rows, Values{10, 1}.data(), products.data());
  EXPECT_THAT(products, ElementsAre(12, 34, 56));
}

TEST(WeightedRowsTest, NoRowsAddNothing) {
  Values y = {1, 2};
  AddWeightedRows({nullptr, 0, 2, 2}, nullptr, y.data());
  MultiplyRows({nullptr, 0, 2, 2}, y.data(), nullptr);
  EXPECT_THAT(y, ElementsAre(1, 2));
}

TEST(WeightedRowsTest, AnySizeAgreesWithTheDefinition) {
  for (const int64_t count : {1, 4, 7, 8}) {
    for (const int64_t columns : {1, 7, 16, 19, 40}) {
      const int64_t stride = columns + 3;
      Values matrix(count * stride), weights(count), x(columns);
      for (int64_t i = 0; i < matrix.size(); ++i) matrix[i] = std::sin(3.0f * i);
      for (int64_t i = 0; i < count; ++i) weights[i] = std::cos(1.0f * i);
      for (int64_t i = 0; i < columns; ++i) x[i] = std::cos(2.0f * i);
      Values sums(columns, 1), products(count);
      const MatrixRows rows = {matrix.data(), count, columns, stride};
      AddWeightedRows(rows, weights.data(), sums.data());
      MultiplyRows(rows, x.data(), products.data());
      for (int64_t column = 0; column < columns; ++column) {
        double sum = 1;
        for (int64_t row = 0; row < count; ++row) {
          sum += static_cast<double>(weights[row]) * matrix[row * stride + column];
        }
        EXPECT_NEAR(sums[column], sum, 1e-5);
      }
      for (int64_t row = 0; row < count; ++row) {
        double product = 0;
        for (int64_t column = 0; column < columns; ++column) {
          product += static_cast<double>(x[column]) * matrix[row * stride + column];
        }
        EXPECT_NEAR(products[row], product, 1e-5);
      }
    }
  }
}

}  // namespace
}  // namespace frazo::lstm
