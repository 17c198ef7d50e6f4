#include "core/kernels/gemm/row_blocks.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

using ::testing::ElementsAre;

TEST(RowBlocksTest, ABlockHoldsItsRowsSideBySide) {
  // Rows of two values, three apart.
  const std::vector<float> values = {1, 2, 0, 3, 4, 0, 5, 6};
  RowBlocks blocks;
  blocks.Set(values.data(), 3, 2, 3);
  ASSERT_EQ(blocks.block_count(), 1);
  EXPECT_EQ(blocks.depth(), 2);
  const RowBlocks::Block block = blocks.block(0);
  EXPECT_EQ(block.first_row, 0);
  EXPECT_EQ(block.rows, 3);
  EXPECT_THAT(std::vector<float>(block.values, block.values + 6), ElementsAre(1, 3, 5, 2, 4, 6));
}

TEST(RowBlocksTest, BlocksAreAsEvenAsCanBe) {
  std::vector<float> values(32);
  for (int row = 0; row < 32; ++row) values[row] = row;
  RowBlocks blocks;
  blocks.Set(values.data(), 32, 1, 1);
  ASSERT_EQ(blocks.block_count(), 3);
  EXPECT_EQ(blocks.block(0).rows, 10);
  EXPECT_EQ(blocks.block(1).rows, 11);
  EXPECT_EQ(blocks.block(2).rows, 11);
  EXPECT_EQ(blocks.block(1).values[0], 10);
  EXPECT_EQ(blocks.block(2).values[10], 31);
}

TEST(RowBlocksTest, CanBeFilledInParts) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  RowBlocks blocks;
  blocks.Resize(2, 3);
  blocks.Fill(values.data(), 3, 1, 3);
  blocks.Fill(values.data(), 3, 0, 1);
  const RowBlocks::Block block = blocks.block(0);
  EXPECT_THAT(std::vector<float>(block.values, block.values + 6), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(RowBlocksTest, NoRowsAreNoBlocks) {
  RowBlocks blocks;
  blocks.Set(nullptr, 0, 5, 5);
  EXPECT_EQ(blocks.block_count(), 0);
}

}  // namespace
}  // namespace frazo::gemm
