#include "core/shard/experts/token_movement.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::shard {
namespace {

using ::testing::ElementsAre;

// Two tokens with two choices among three slots; the second token's second choice was dropped, and
// slot 1 is free.
const std::vector<int32_t> kSlots = {2, 0, 3, -1}, kOwners = {1, -1, 0, 2};
const std::vector<float> kWeights = {0.5f, 2, 3, 0};

TokenMovement Movement(int64_t dim) {
  return {kSlots.data(), kOwners.data(), kWeights.data(), 2, dim};
}

TEST(TokenMovementTest, Dispatch) {
  const std::vector<float> tokens = {1, 2, 3, 4};
  std::vector<float> rows(8, -1);
  Movement(2).Dispatch(tokens.data(), 0, 4, rows.data());
  EXPECT_THAT(rows, ElementsAre(1, 2, 0, 0, 1, 2, 3, 4));
}

TEST(TokenMovementTest, Combine) {
  const std::vector<float> rows = {1, 2, 3, 4};
  std::vector<float> tokens(2, -1);
  Movement(1).Combine(rows.data(), 0, 2, tokens.data());
  // .5 * 3 + 2 * 1, and 3 * 4.
  EXPECT_THAT(tokens, ElementsAre(3.5, 12));
  const TokenMovement ones = {kSlots.data(), nullptr, nullptr, 2, 1};
  ones.Combine(rows.data(), 0, 2, tokens.data());
  EXPECT_THAT(tokens, ElementsAre(4, 4));
  const std::vector<int32_t> none = {-1, -1};
  const TokenMovement nowhere = {none.data(), nullptr, nullptr, 2, 1};
  nowhere.Combine(rows.data(), 0, 1, tokens.data());
  EXPECT_THAT(tokens, ElementsAre(0, 4));
}

TEST(TokenMovementTest, Gradients) {
  const std::vector<float> rows = {1, 2, 3, 4}, tokens_gradient = {10, 100};
  std::vector<float> rows_gradient(4, -1), weights_gradient(4, -1);
  Movement(1).RowsGradient(tokens_gradient.data(), 0, 4, rows_gradient.data());
  EXPECT_THAT(rows_gradient, ElementsAre(20, 0, 5, 300));
  Movement(1).WeightsGradient(tokens_gradient.data(), rows.data(), 0, 2, weights_gradient.data());
  EXPECT_THAT(weights_gradient, ElementsAre(30, 10, 400, 0));
}

// Every size up to three vectors of the widest processor.
TEST(TokenMovementTest, SizesThatAreNoWholeVectors) {
  for (int64_t dim = 1; dim <= 48; ++dim) {
    std::vector<float> tokens(2 * dim), rows(4 * dim), back(2 * dim), weights_gradient(4);
    for (int64_t i = 0; i < 2 * dim; ++i) tokens[i] = i + 1;
    Movement(dim).Dispatch(tokens.data(), 0, 4, rows.data());
    Movement(dim).Combine(rows.data(), 0, 2, back.data());
    float squares = 0;
    for (int64_t i = 0; i < dim; ++i) {
      EXPECT_EQ(back[i], 2.5f * (i + 1));
      EXPECT_EQ(back[dim + i], 3 * tokens[dim + i]);
      squares += tokens[i] * tokens[i];
    }
    Movement(dim).WeightsGradient(tokens.data(), rows.data(), 0, 2, weights_gradient.data());
    EXPECT_EQ(weights_gradient[0], squares);
    std::vector<float> rows_gradient(4 * dim);
    Movement(dim).RowsGradient(tokens.data(), 0, 4, rows_gradient.data());
    for (int64_t i = 0; i < dim; ++i) EXPECT_EQ(rows_gradient[3 * dim + i], 3 * tokens[dim + i]);
  }
}

}  // namespace
}  // namespace frazo::shard
