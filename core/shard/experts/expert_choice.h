#ifndef FRAZO_CORE_SHARD_EXPERTS_EXPERT_CHOICE_H_
#define FRAZO_CORE_SHARD_EXPERTS_EXPERT_CHOICE_H_

#include <cstdint>

namespace frazo::shard {

// Chooses the experts of tokens by softmax probabilities (Lepikhin et al. 2020, "GShard", algorithm
// 1, for any number of experts a token). Does not own its arrays.
struct ExpertChoice {
  // [tokens, experts].
  const float* logits;
  // [tokens], false for padding, which chooses nothing.
  const bool* mask;
  int64_t experts;
  // 1 .. experts.
  int64_t experts_per_token;
  // [experts], added to the probabilities for the choice alone (Wang et al. 2024, "Auxiliary-loss-
  // free load balancing"); or null.
  const float* bias;
  // [tokens, experts], or null. All choices but the first are then those of the largest logit +
  // noise. With Gumbel noise they are samples.
  const float* noise;
  // [tokens, experts_per_token - 1], in [0, 1), or null. A choice after the first is then given up
  // unless its weight is above threshold * uniform.
  const float* uniform;
  // > 0.
  float threshold;
};

// The results of a choice. Does not own its arrays.
struct ChosenExperts {
  // [tokens, experts]; zeros at padding. NaN if a logit is not finite.
  float* probabilities;
  // [tokens], the logarithm of the sum of exp(logit); 0 at padding.
  float* log_totals;
  // [tokens], the entropy of the probabilities, in nats; 0 at padding.
  float* entropies;
  // [tokens, experts_per_token], in the order of choice; -1 at padding.
  int32_t* experts;
  // [tokens, experts_per_token]. The probability divided by the sum of those of the token's
  // choices; with one expert a token the probability itself, as in Fedus et al. 2021. 0 at padding.
  float* weights;
  // [tokens, experts_per_token], 0 for a choice that wants a slot, -1 for one that was given up.
  int32_t* slots;
};

// Is added to the sum of the probabilities of a token's choices before the division.
inline constexpr float kWeightEpsilon = 1e-9f;

// Chooses for the tokens begin .. end - 1. Of equal experts the first is chosen.
void ChooseExperts(const ExpertChoice& choice, int64_t begin, int64_t end,
                   const ChosenExperts& chosen);

// What the gradient of a choice depends on. Does not own its arrays, whose shapes are those of
// ChosenExperts.
struct ChoiceGradient {
  const float* probabilities;
  const float* log_totals;
  const int32_t* experts;
  int64_t num_experts;
  int64_t experts_per_token;
  // The derivatives by the weights, [tokens, experts_per_token].
  const float* weights_gradient;
  // The derivatives by the probabilities, which all tokens of the range share: [experts].
  const float* probabilities_gradient;
  // The derivative by the sum of the squares of log_totals.
  float squares_gradient;
};

// Writes the derivatives by the logits, [tokens, experts], of the tokens begin .. end - 1.
void ChooseExpertsGradient(const ChoiceGradient& gradient, int64_t begin, int64_t end,
                           float* logits_gradient);

}  // namespace frazo::shard

#endif  // FRAZO_CORE_SHARD_EXPERTS_EXPERT_CHOICE_H_
