#include "core/shard/experts/expert_slots.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace frazo::shard {
namespace {

// An estimate of the cycles that a choice takes.
constexpr int64_t kCyclesPerChoice = 8;

// The numbers of taken slots and of wishes by group and expert, [groups, num_experts].
struct Counts {
  Counts(int64_t groups, int64_t num_experts)
      : taken(groups * num_experts), wished(groups * num_experts) {}

  std::vector<int32_t> taken;
  std::vector<int32_t> wished;
};

// The range of a group.
struct Positions {
  int64_t begin;
  int64_t end;
};

// The counts of one group, [num_experts].
struct GroupCounts {
  int32_t* taken;
  int32_t* wished;
};

// Writes the position of each choice of a group among those of its expert to `slots`.
void CountGroup(const SlotWishes& wishes, int64_t capacity, Positions positions, int32_t* slots,
                GroupCounts counts) {
  for (int64_t j = 0; j < wishes.experts_per_token; ++j) {
    for (int64_t token = positions.begin; token < positions.end; ++token) {
      const int64_t choice = token * wishes.experts_per_token + j;
      if (slots[choice] < 0) continue;
      const int32_t expert = wishes.experts[choice];
      ++counts.wished[expert];
      const bool fits = capacity == 0 || counts.taken[expert] < capacity;
      slots[choice] = fits ? counts.taken[expert]++ : -1;
    }
  }
}

// Writes plan.segments and plan.loads.
void SetSegments(const SlotRules& rules, const Counts& counts, int64_t groups, int64_t num_experts,
                 const SlotPlan& plan) {
  int64_t next = 0;
  for (int64_t expert = 0; expert < num_experts; ++expert) {
    int32_t load = 0;
    for (int64_t group = 0; group < groups; ++group) {
      const int32_t size = counts.taken[group * num_experts + expert];
      load += counts.wished[group * num_experts + expert];
      int32_t* segment = plan.segments + (expert * groups + group) * 2;
      segment[0] = next;
      segment[1] = size;
      next += rules.padded ? rules.capacity : size;
    }
    plan.loads[expert] = load;
  }
}

// Turns positions into slots.
void PlaceGroup(const SlotWishes& wishes, int64_t group, int64_t groups, Positions positions,
                const SlotPlan& plan) {
  const int64_t per_token = wishes.experts_per_token;
  for (int64_t choice = positions.begin * per_token; choice < positions.end * per_token; ++choice) {
    if (plan.slots[choice] < 0) {
      plan.weights[choice] = 0;
      continue;
    }
    const int64_t expert = wishes.experts[choice];
    plan.slots[choice] += plan.segments[(expert * groups + group) * 2];
    plan.owners[plan.slots[choice]] = choice;
  }
}

}  // namespace

std::vector<int64_t> GroupBegins(const bool* mask, int64_t tokens, int64_t group_size) {
  const int64_t groups = GroupCount(tokens, group_size);
  std::vector<int64_t> begins(groups + 1, tokens);
  if (groups == 0) return begins;
  begins[0] = 0;
  int64_t seen = 0;
  for (int64_t token = 0; token < tokens; ++token) {
    if (!mask[token]) continue;
    if (seen % group_size == 0) begins[seen / group_size] = seen == 0 ? 0 : token;
    ++seen;
  }
  return begins;
}

int64_t SlotCount(const SlotRules& rules, const SlotWishes& wishes) {
  if (!rules.padded) return wishes.tokens * wishes.experts_per_token;
  return GroupCount(wishes.tokens, rules.group_size) * rules.capacity * wishes.num_experts;
}

void AssignSlots(const SlotRules& rules, const SlotWishes& wishes,
                 const std::vector<int64_t>& group_begins, Parallel parallel,
                 const SlotPlan& plan) {
  const int64_t groups = static_cast<int64_t>(group_begins.size()) - 1;
  const int64_t num_experts = wishes.num_experts;
  const int64_t cycles = rules.group_size * wishes.experts_per_token * kCyclesPerChoice;
  Counts counts(groups, num_experts);
  parallel(groups, cycles, [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; ++group) {
      CountGroup(wishes, rules.capacity, {group_begins[group], group_begins[group + 1]}, plan.slots,
                 {&counts.taken[group * num_experts], &counts.wished[group * num_experts]});
    }
  });
  SetSegments(rules, counts, groups, num_experts, plan);
  std::fill_n(plan.owners, SlotCount(rules, wishes), -1);
  parallel(groups, cycles, [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; ++group) {
      PlaceGroup(wishes, group, groups, {group_begins[group], group_begins[group + 1]}, plan);
    }
  });
}

}  // namespace frazo::shard
