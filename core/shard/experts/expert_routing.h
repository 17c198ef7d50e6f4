#ifndef FRAZO_CORE_SHARD_EXPERTS_EXPERT_ROUTING_H_
#define FRAZO_CORE_SHARD_EXPERTS_EXPERT_ROUTING_H_

#include <cstdint>

#include "absl/status/status.h"
#include "core/shard/experts/expert_choice.h"
#include "core/shard/experts/expert_slots.h"
#include "core/shard/experts/parallel.h"

namespace frazo::shard {

// Routes tokens to experts: chooses experts, gives slots, and computes the losses that balance
// them.
struct ExpertRouting {
  ExpertChoice choice;
  SlotRules rules;
  int64_t tokens;
};

// The results of routing. `plan.slots` and `plan.weights` are those of `chosen`.
struct RoutedTokens {
  ChosenExperts chosen;
  SlotPlan plan;
  // The sums of a batch: of the groups' balance losses (BalanceLoss), of the squares of log_totals
  // (the z-loss of Zoph et al. 2022, equation 5), and of the entropies.
  float balance;
  float squares;
  float entropy;
};

// Returns InvalidArgument if sizes are out of their ranges or too large for int32.
absl::Status CheckRouting(const ExpertRouting& routing);

// Fills the arrays that `routed` points to, and its sums. The result does not depend on the
// threads.
void RouteTokens(const ExpertRouting& routing, Parallel parallel, RoutedTokens* routed);

// What the gradient of a routing depends on.
struct RoutingGradient {
  // Its probabilities_gradient is not used.
  ChoiceGradient choice;
  const bool* mask;
  int64_t tokens;
  int64_t group_size;
  // [tokens, experts_per_token], the slots. A choice without one has no gradient.
  const int32_t* slots;
  // The derivative by the sum of the balance losses.
  float balance_gradient;
};

// Writes the derivatives by the logits, [tokens, experts].
void RouteTokensGradient(const RoutingGradient& gradient, Parallel parallel,
                         float* logits_gradient);

}  // namespace frazo::shard

#endif  // FRAZO_CORE_SHARD_EXPERTS_EXPERT_ROUTING_H_
