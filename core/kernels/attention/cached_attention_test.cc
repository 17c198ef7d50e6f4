#include "core/kernels/attention/cached_attention.h"

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "core/testing/test_variation.h"
#include "gtest/gtest.h"

namespace frazo::attention {
namespace {

TEST(CachedAttentionTest, OneHeadByHand) {
  // Two positions with the keys ln 3 and 0, so that the query 1 gives them 3/4 and 1/4.
  const std::vector<float> cache = {std::log(3.0f), 8, 0, 4};
  const float query = 1;
  const int32_t entry = 0;
  float sum, probabilities[2];
  CachedAttention{{&query, 1, &entry}, {cache.data(), 1, 2, 1, 1}, {}, &sum, probabilities}.Attend(
      0, 1);
  EXPECT_NEAR(sum, 7, 1e-5);
  EXPECT_NEAR(probabilities[0], 0.75, 1e-6);
  EXPECT_NEAR(probabilities[1], 0.25, 1e-6);
}

TEST(CachedAttentionTest, WithoutPlacesTheSumsAreZero) {
  const float query = 1;
  const int32_t entry = 0;
  float sum = 5;
  CachedAttention{{&query, 1, &entry}, {nullptr, 1, 0, 1, 1}, {}, &sum, nullptr}.Attend(0, 1);
  EXPECT_EQ(sum, 0);
}

struct Sizes {
  int64_t rows, entries, positions, heads, shared_heads, head_dim;
};

class CachedAttentionSizes : public testing::TestWithParam<Sizes> {
 protected:
  std::vector<float> Normal(int64_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = normal_(generator_);
    return values;
  }

 private:
  std::mt19937 generator_{static_cast<uint32_t>(TestSeed(7))};
  std::normal_distribution<float> normal_;
};

// Computes the definition in doubles for one head of a row.
std::vector<double> Probabilities(const std::vector<double>& logits) {
  double total = 0;
  for (const double logit : logits) total += std::exp(logit);
  std::vector<double> shares;
  for (const double logit : logits) shares.push_back(std::exp(logit) / total);
  return shares;
}

TEST_P(CachedAttentionSizes, IsTheDefinition) {
  const auto [rows, entries, positions, heads, shared_heads, head_dim] = GetParam();
  const std::vector<float> queries = Normal(rows * heads * head_dim);
  const std::vector<float> cache = Normal(entries * positions * 2 * shared_heads * head_dim);
  const std::vector<float> bias = Normal(entries * heads * positions);
  std::vector<int32_t> owners;
  for (int64_t row = 0; row < rows; ++row) owners.push_back((row * 5 + 2) % entries);
  std::vector<float> sums(rows * heads * head_dim), probabilities(rows * positions);
  const CachedAttention attention = {
      {queries.data(), heads, owners.data()},
      {cache.data(), entries, positions, shared_heads, head_dim},
      {bias.data(), heads * positions, positions},
      sums.data(),
      probabilities.data(),
  };
  attention.Attend(0, rows / 2);
  attention.Attend(rows / 2, rows);

  const auto cached = [&, positions = positions, shared_heads = shared_heads, head_dim = head_dim](
                          int64_t entry, int64_t position, int64_t which, int64_t head, int64_t i) {
    return cache[(((entry * positions + position) * 2 + which) * shared_heads + head) * head_dim +
                 i];
  };
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t entry = owners[row];
    std::vector<double> mean(positions);
    for (int64_t head = 0; head < heads; ++head) {
      const int64_t shared = head / (heads / shared_heads);
      const int64_t first = (row * heads + head) * head_dim;
      std::vector<double> logits;
      for (int64_t position = 0; position < positions; ++position) {
        double logit = bias[(entry * heads + head) * positions + position];
        for (int64_t i = 0; i < head_dim; ++i) {
          logit += double{queries[first + i]} * cached(entry, position, 0, shared, i);
        }
        logits.push_back(logit);
      }
      const std::vector<double> shares = Probabilities(logits);
      for (int64_t position = 0; position < positions; ++position)
        mean[position] += shares[position] / heads;
      for (int64_t i = 0; i < head_dim; ++i) {
        double sum = 0;
        for (int64_t position = 0; position < positions; ++position) {
          sum += shares[position] * cached(entry, position, 1, shared, i);
        }
        EXPECT_NEAR(sums[first + i], sum, 2e-5) << row << ' ' << head << ' ' << i;
      }
    }
    for (int64_t position = 0; position < positions; ++position) {
      EXPECT_NEAR(probabilities[row * positions + position], mean[position], 1e-5);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllSizes, CachedAttentionSizes,
                         testing::Values(Sizes{1, 1, 1, 1, 1, 1}, Sizes{5, 2, 3, 4, 2, 6},
                                         Sizes{4, 3, 17, 6, 1, 16}, Sizes{3, 3, 25, 8, 8, 64},
                                         Sizes{2, 1, 70, 2, 2, 33}));

}  // namespace
}  // namespace frazo::attention
