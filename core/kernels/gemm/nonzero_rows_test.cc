#include "core/kernels/gemm/nonzero_rows.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

using ::testing::ElementsAre;

std::vector<uint64_t> Masks(const NonzeroRows::Block& block) {
  return std::vector<uint64_t>(block.masks, block.masks + block.rows);
}

TEST(NonzeroRowsTest, ABitTellsOfWhatIsNotZero) {
  std::vector<float> x(2 * 70);
  x[70 + 1] = 3;
  x[70 + 63] = -2;
  x[70 + 69] = 7;
  NonzeroRows rows;
  rows.SetRows(x.data(), 2, 70);
  ASSERT_EQ(rows.blocks(), 2);
  EXPECT_THAT(Masks(rows.block(0)), ElementsAre(0, (uint64_t{1} << 63) + 2));
  EXPECT_THAT(Masks(rows.block(1)), ElementsAre(0, 1 << 5));
  EXPECT_EQ(rows.block(1).stride, 70);
  // The second block begins behind 64 values.
  EXPECT_EQ(rows.block(1).values[70 + 5], 7);
}

TEST(NonzeroRowsTest, NanDoesNotVanish) {
  const std::vector<float> x = {0, std::numeric_limits<float>::quiet_NaN(), -0.0f};
  NonzeroRows rows;
  rows.SetRows(x.data(), 1, 3);
  EXPECT_THAT(Masks(rows.block(0)), ElementsAre(2));
}

TEST(NonzeroRowsTest, ColumnsBecomeRows) {
  // 66 rows of 5 values, the last two of which are not taken. All but two are 0.
  std::vector<float> x(66 * 5);
  x[0 * 5 + 1] = 1;
  x[65 * 5 + 2] = 2;
  x[65 * 5 + 4] = 9;
  NonzeroRows rows;
  rows.SetColumns(x.data(), 5, 3, 66);
  EXPECT_THAT(Masks(rows.block(0)), ElementsAre(0, 1, 0));
  EXPECT_THAT(Masks(rows.block(1)), ElementsAre(0, 0, 2));
  EXPECT_EQ(rows.block(0).values[rows.block(0).stride], 1);
  EXPECT_EQ(rows.block(1).values[2 * rows.block(1).stride + 1], 2);
}

}  // namespace
}  // namespace frazo::gemm
