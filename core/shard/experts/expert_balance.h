#ifndef FRAZO_CORE_SHARD_EXPERTS_EXPERT_BALANCE_H_
#define FRAZO_CORE_SHARD_EXPERTS_EXPERT_BALANCE_H_

#include <cstdint>

namespace frazo::shard {

// The tokens of a group: their choices and probabilities. Does not own its arrays.
struct GroupChoices {
  // [tokens, experts_per_token]; the first is -1 at padding.
  const int32_t* experts;
  int64_t tokens;
  int64_t experts_per_token;
  int64_t num_experts;
};

// Computes the load-balancing loss of a group of tokens (Lepikhin et al. 2020, section 2.2; Fedus
// et al. 2021, equation 4): n * E * sum over experts e of f_e * P_e, with n the number of tokens
// without padding, E that of experts, f_e the share of tokens whose first choice is e, before any
// is dropped, and P_e the mean of the tokens' probabilities of e. n times 1 if all experts are
// alike.

// Writes the derivatives of the loss by the probabilities of a token, which are the same for all
// tokens of the group: E * f_e, [num_experts]. f has no derivative.
void BalanceSlopes(const GroupChoices& choices, float* slopes);

// Returns the loss, given its slopes.
//
// probabilities: [tokens, num_experts], zeros at padding.
float BalanceLoss(const GroupChoices& choices, const float* probabilities, const float* slopes);

}  // namespace frazo::shard

#endif  // FRAZO_CORE_SHARD_EXPERTS_EXPERT_BALANCE_H_
