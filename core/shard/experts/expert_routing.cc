#include "core/shard/experts/expert_routing.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/shard/experts/expert_balance.h"

namespace frazo::shard {
namespace {

// An estimate of the cycles that a logit takes.
constexpr int64_t kCyclesPerLogit = 4;

GroupChoices ChoicesOf(const int32_t* experts, int64_t experts_per_token, int64_t num_experts,
                       int64_t begin, int64_t end) {
  return {experts + begin * experts_per_token, end - begin, experts_per_token, num_experts};
}

}  // namespace

absl::Status CheckRouting(const ExpertRouting& routing) {
  const int64_t experts = routing.choice.experts, per_token = routing.choice.experts_per_token;
  const SlotRules& rules = routing.rules;
  if (per_token < 1 || per_token > experts) {
    return absl::InvalidArgumentError(absl::StrCat("experts_per_token is ", per_token,
                                                   "; expected 1 .. ", experts,
                                                   ", the number of experts"));
  }
  if (rules.group_size < 1 || rules.capacity < 0 || (rules.padded && rules.capacity == 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("group_size is ", rules.group_size, " and capacity ", rules.capacity,
                     "; expected a group_size above 0 and a capacity that is not negative, and ",
                     "above 0 if slots are padded"));
  }
  if (!(routing.choice.threshold > 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("threshold is ", routing.choice.threshold, "; expected more than 0"));
  }
  const double groups = GroupCount(routing.tokens, rules.group_size);
  const double largest = std::max(groups * experts * std::max<int64_t>(2, rules.capacity),
                                  static_cast<double>(routing.tokens) * per_token);
  if (largest > std::numeric_limits<int32_t>::max()) {
    return absl::InvalidArgumentError(
        absl::StrCat("there would be ", largest, " slots, which are too many for int32"));
  }
  return absl::OkStatus();
}

void RouteTokens(const ExpertRouting& routing, Parallel parallel, RoutedTokens* routed) {
  const ExpertChoice& choice = routing.choice;
  const int64_t experts = choice.experts, per_token = choice.experts_per_token;
  parallel(routing.tokens, experts * kCyclesPerLogit,
           [&](int64_t begin, int64_t end) { ChooseExperts(choice, begin, end, routed->chosen); });
  const std::vector<int64_t> begins =
      GroupBegins(choice.mask, routing.tokens, routing.rules.group_size);
  const int64_t groups = static_cast<int64_t>(begins.size()) - 1;
  const SlotWishes wishes = {routed->chosen.experts, routing.tokens, per_token, experts};
  AssignSlots(routing.rules, wishes, begins, parallel, routed->plan);

  std::vector<float> losses(groups);
  parallel(groups, routing.rules.group_size * experts, [&](int64_t begin, int64_t end) {
    std::vector<float> slopes(experts);
    for (int64_t group = begin; group < end; ++group) {
      const GroupChoices choices =
          ChoicesOf(routed->chosen.experts, per_token, experts, begins[group], begins[group + 1]);
      BalanceSlopes(choices, slopes.data());
      losses[group] = BalanceLoss(choices, routed->chosen.probabilities + begins[group] * experts,
                                  slopes.data());
    }
  });
  double balance = 0, squares = 0, entropy = 0;
  for (const float loss : losses) balance += loss;
  for (int64_t token = 0; token < routing.tokens; ++token) {
    const double log_total = routed->chosen.log_totals[token];
    squares += log_total * log_total;
    entropy += routed->chosen.entropies[token];
  }
  routed->balance = balance;
  routed->squares = squares;
  routed->entropy = entropy;
}

void RouteTokensGradient(const RoutingGradient& gradient, Parallel parallel,
                         float* logits_gradient) {
  const int64_t experts = gradient.choice.num_experts;
  const int64_t per_token = gradient.choice.experts_per_token;
  const std::vector<int64_t> begins =
      GroupBegins(gradient.mask, gradient.tokens, gradient.group_size);
  const int64_t groups = static_cast<int64_t>(begins.size()) - 1;
  std::vector<float> of_weights(gradient.tokens * per_token);
  for (int64_t i = 0; i < of_weights.size(); ++i) {
    of_weights[i] = gradient.slots[i] < 0 ? 0 : gradient.choice.weights_gradient[i];
  }
  parallel(groups, gradient.group_size * experts, [&](int64_t begin, int64_t end) {
    std::vector<float> slopes(experts);
    ChoiceGradient choice = gradient.choice;
    choice.weights_gradient = of_weights.data();
    choice.probabilities_gradient = slopes.data();
    for (int64_t group = begin; group < end; ++group) {
      BalanceSlopes(ChoicesOf(choice.experts, per_token, experts, begins[group], begins[group + 1]),
                    slopes.data());
      for (float& slope : slopes) slope *= gradient.balance_gradient;
      ChooseExpertsGradient(choice, begins[group], begins[group + 1], logits_gradient);
    }
  });
}

}  // namespace frazo::shard
