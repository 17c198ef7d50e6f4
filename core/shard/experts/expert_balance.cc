#include "core/shard/experts/expert_balance.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace frazo::shard {

void BalanceSlopes(const GroupChoices& choices, float* slopes) {
  std::fill_n(slopes, choices.num_experts, 0.0f);
  int64_t count = 0;
  for (int64_t token = 0; token < choices.tokens; ++token) {
    const int32_t first = choices.experts[token * choices.experts_per_token];
    if (first < 0) continue;
    ++slopes[first];
    ++count;
  }
  if (count == 0) return;
  const float scale = static_cast<float>(choices.num_experts) / static_cast<float>(count);
  for (int64_t expert = 0; expert < choices.num_experts; ++expert) slopes[expert] *= scale;
}

float BalanceLoss(const GroupChoices& choices, const float* probabilities, const float* slopes) {
  std::vector<float> sums(choices.num_experts);
  for (int64_t token = 0; token < choices.tokens; ++token) {
    const float* of_token = probabilities + token * choices.num_experts;
    for (int64_t expert = 0; expert < choices.num_experts; ++expert)
      sums[expert] += of_token[expert];
  }
  float loss = 0;
  for (int64_t expert = 0; expert < choices.num_experts; ++expert) {
    loss += sums[expert] * slopes[expert];
  }
  return loss;
}

}  // namespace frazo::shard
