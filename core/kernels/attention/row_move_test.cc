#include "core/kernels/attention/row_move.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace frazo::attention {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

TEST(RowMoveTest, ScalesRowsThatAreApart) {
  const std::vector<float> from = {1, 2, 9, 3, 4, 9};
  std::vector<float> to(8, 7);
  MoveRows({from.data(), 3, 2, 2, 10, {}}, to.data(), 4);
  EXPECT_THAT(to, ElementsAre(10, 20, 7, 7, 30, 40, 7, 7));
}

TEST(RowMoveTest, TurnsPairsOfBothHalves) {
  // The pair (1, 3) by a right angle, (2, 4) not at all; and the same twice as long.
  const std::vector<float> from = {1, 2, 3, 4}, rotations = {0, 1, 1, 0};
  std::vector<float> to(4);
  MoveRows({from.data(), 4, 1, 4, 2, {rotations.data()}}, to.data(), 4);
  EXPECT_THAT(to, ElementsAre(-6, 4, 2, 8));
  MoveRows({from.data(), 4, 1, 4, 2, {rotations.data(), true}}, to.data(), 4);
  EXPECT_THAT(to, ElementsAre(6, 4, -2, 8));
}

class RowMoveSizes : public testing::TestWithParam<int64_t> {};

TEST_P(RowMoveSizes, TurningBackGivesTheRows) {
  const int64_t size = GetParam(), rows = 20;
  std::vector<float> from(rows * size), rotations(rows * size);
  for (int64_t i = 0; i < rows * size; ++i) from[i] = std::cos(3 * i);
  for (int64_t i = 0; i < rows * size; ++i) {
    const int64_t column = i % size, half = size / 2;
    const float angle = i / size * 10 + column % half;
    rotations[i] = column < half ? std::cos(angle) : std::sin(angle);
  }
  std::vector<float> turned(rows * size), back(rows * size);
  MoveRows({from.data(), size, rows, size, 4, {rotations.data()}}, turned.data(), size);
  MoveRows({turned.data(), size, rows, size, 0.25, {rotations.data(), true}}, back.data(), size);
  EXPECT_THAT(back, Pointwise(FloatNear(1e-6), from));
}

TEST_P(RowMoveSizes, ProductsOfRows) {
  const int64_t size = GetParam();
  const std::vector<float> a(2 * (size + 1), 2), b(2 * (size + 1), 3);
  std::vector<float> products(2);
  MultiplyRowPairs(a.data(), b.data(), size + 1, 2, size, products.data());
  EXPECT_THAT(products, ElementsAre(6 * size, 6 * size));
}

INSTANTIATE_TEST_SUITE_P(AllSizes, RowMoveSizes, testing::Values(2, 6, 16, 32, 46, 128));

}  // namespace
}  // namespace frazo::attention
