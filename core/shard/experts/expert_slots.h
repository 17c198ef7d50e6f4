#ifndef FRAZO_CORE_SHARD_EXPERTS_EXPERT_SLOTS_H_
#define FRAZO_CORE_SHARD_EXPERTS_EXPERT_SLOTS_H_

#include <cstdint>
#include <vector>

#include "core/shard/experts/parallel.h"

namespace frazo::shard {

// Slot: a row of the experts' input, which holds one token for one expert.
//
// Tokens are numbered without padding, and each group_size of them are a group: padding changes
// neither who shares a group nor what an expert takes. In each group an expert takes the first
// `capacity` tokens that want it, first those for which it is the first choice, in the order of the
// tokens, then those for which it is the second, and so on (Lepikhin et al. 2020, algorithm 1).
struct SlotRules {
  // > 0. What several groups have in common is their size, except that the last one may be smaller.
  int64_t group_size;
  // Tokens that an expert takes of a group; 0 for all.
  int64_t capacity;
  // Whether every expert has `capacity` slots for every group, taken or not, as an exchange of
  // equal parts between processes needs it: slot (expert * groups + group) * capacity + position.
  // Else the taken slots lie side by side in the order of experts, then of groups; tokens *
  // experts_per_token slots exist.
  bool padded;
};

// Returns the number of groups of so many positions, padding included.
inline int64_t GroupCount(int64_t tokens, int64_t group_size) {
  return (tokens + group_size - 1) / group_size;
}

// Returns the groups as ranges of positions, padding included: group g is begins[g] .. begins[g +
// 1]
// - 1. All positions are in a group; trailing groups may be empty.
std::vector<int64_t> GroupBegins(const bool* mask, int64_t tokens, int64_t group_size);

// The choices of tokens, [tokens, experts_per_token].
struct SlotWishes {
  const int32_t* experts;
  int64_t tokens;
  int64_t experts_per_token;
  int64_t num_experts;
};

// Where tokens go. Does not own its arrays.
struct SlotPlan {
  // [tokens, experts_per_token]: on entry -1 for a choice without a wish; on return the slot, or
  // -1.
  int32_t* slots;
  // [tokens, experts_per_token]; becomes 0 where there is no slot.
  float* weights;
  // [slots]: the choice token * experts_per_token + j that has the slot, or -1.
  int32_t* owners;
  // [num_experts, groups, 2]: the first slot of an expert's tokens of a group, and their number.
  int32_t* segments;
  // [num_experts], the wishes for an expert.
  int32_t* loads;
};

// Returns the number of slots.
int64_t SlotCount(const SlotRules& rules, const SlotWishes& wishes);

// Gives slots to choices. The result does not depend on the threads.
void AssignSlots(const SlotRules& rules, const SlotWishes& wishes,
                 const std::vector<int64_t>& group_begins, Parallel parallel, const SlotPlan& plan);

}  // namespace frazo::shard

#endif  // FRAZO_CORE_SHARD_EXPERTS_EXPERT_SLOTS_H_
