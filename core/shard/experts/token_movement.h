#ifndef FRAZO_CORE_SHARD_EXPERTS_TOKEN_MOVEMENT_H_
#define FRAZO_CORE_SHARD_EXPERTS_TOKEN_MOVEMENT_H_

#include <cstdint>

namespace frazo::shard {

// Moves rows between tokens, [tokens, dim], and the slots of experts, [slots, dim]. Each function
// computes a range of the rows that it writes, in time linear in these rows. Its results do not
// depend on how the ranges are divided. Does not own its arrays.
struct TokenMovement {
  // [tokens, experts_per_token]: the slot of each choice, or -1.
  const int32_t* slots;
  // [slots]: the choice token * experts_per_token + j that has the slot, or -1. Combine() and
  // WeightsGradient() don't read it.
  const int32_t* owners;
  // [tokens, experts_per_token], or null for ones. Dispatch() doesn't read it.
  const float* weights;
  int64_t experts_per_token;
  int64_t dim;

  // rows[s] = tokens[owners[s] / experts_per_token], or zeros in a slot that nobody has, for the
  // slots begin .. end - 1.
  void Dispatch(const float* tokens, int64_t begin, int64_t end, float* rows) const;

  // tokens[n] = sum over j of weights[n, j] * rows[slots[n, j]], for the tokens begin .. end - 1.
  void Combine(const float* rows, int64_t begin, int64_t end, float* tokens) const;

  // Computes the derivatives by the rows begin .. end - 1, given those by the sums of Combine().
  void RowsGradient(const float* tokens_gradient, int64_t begin, int64_t end,
                    float* rows_gradient) const;

  // Computes the derivatives by the weights of the tokens begin .. end - 1, given those by the
  // sums.
  void WeightsGradient(const float* tokens_gradient, const float* rows, int64_t begin, int64_t end,
                       float* weights_gradient) const;
};

}  // namespace frazo::shard

#endif  // FRAZO_CORE_SHARD_EXPERTS_TOKEN_MOVEMENT_H_
