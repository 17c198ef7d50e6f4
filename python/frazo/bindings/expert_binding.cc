#include "python/frazo/bindings/expert_binding.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/decode/row_workers.h"
#include "core/shard/experts/expert_routing.h"
#include "core/shard/experts/token_movement.h"
#include "python/frazo/bindings/owned_array.h"
#include "python/frazo/bindings/status_exceptions.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

constexpr char kRouteDoc[] = R"(Chooses experts for tokens and gives the choices slots.

frazo.ops.route_tokens does the same as a TensorFlow op, and explains it.

Args:
  logits: float32 [tokens, experts].
  mask: bool [tokens], False for padding.
  experts_per_token: From 1 to the number of experts.
  group_size: Tokens are numbered without padding, and so many of them are a group.
  capacity: Tokens that an expert takes of a group; 0 for all.
  padded: Whether each expert has `capacity` slots for each group, taken or not.
  bias: float32 [experts], added to the probabilities for the choice alone.
  noise: float32 [tokens, experts]. Choices after the first are those of the largest logit + noise.
  uniform: float32 [tokens, experts_per_token - 1]. A choice after the first is given up unless its
    weight is above threshold * uniform.
  threshold: See uniform.
  threads: Number of threads; at least 1. The results don't depend on it.

Returns:
  Arrays and floats by the names of frazo.ops.Routing's fields.

Raises:
  InvalidArgumentError: A shape does not fit, or a number is out of its range.)";

constexpr char kDispatchDoc[] = R"(Copies tokens to the slots of their experts.

Args:
  tokens: float32 [tokens, dim].
  owners: int32 [slots] of route_tokens.
  experts_per_token: As route_tokens got it.
  threads: Number of threads; at least 1.

Returns:
  float32 [slots, dim], zeros in slots that no token has.

Raises:
  InvalidArgumentError: An owner is none of the tokens' choices.)";

constexpr char kCombineDoc[] = R"(Adds what a token's experts gave for it, with their weights.

Args:
  rows: float32 [slots, dim].
  slots: int32 [tokens, experts_per_token] of route_tokens.
  weights: float32 [tokens, experts_per_token] of route_tokens.
  threads: Number of threads; at least 1.

Returns:
  float32 [tokens, dim].

Raises:
  InvalidArgumentError: A slot is not there, or the shapes don't fit.)";

template <typename Element>
using Matrix = nb::ndarray<const Element, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <typename Element>
using Vector = nb::ndarray<const Element, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Floats = nb::ndarray<nb::numpy, float, nb::c_contig>;
using Integers = nb::ndarray<nb::numpy, int32_t, nb::c_contig>;

// About the number of values that a core moves per cycle.
constexpr int64_t kValuesPerCycle = 2;

void Require(bool is_right, const std::string& problem) {
  if (!is_right) RaiseIfError(absl::InvalidArgumentError(problem));
}

void RequireThreads(int threads) {
  Require(threads >= 1, absl::StrCat("threads is ", threads, " but must be at least 1"));
}

void RequireIndices(const char* name, const int32_t* indices, int64_t size, int64_t count) {
  for (int64_t i = 0; i < size; ++i) {
    Require(indices[i] >= -1 && indices[i] < count,
            absl::StrCat("number ", i, " of ", name, " is ", indices[i], "; expected -1 .. ",
                         count - 1));
  }
}

// What may be left out of a routing.
struct Optional {
  std::optional<Vector<float>> bias;
  std::optional<Matrix<float>> noise;
  std::optional<Matrix<float>> uniform;
};

void RequireShapes(const Optional& given, const shard::ExpertRouting& routing) {
  const int64_t experts = routing.choice.experts, others = routing.choice.experts_per_token - 1;
  Require(!given.bias || given.bias->shape(0) == experts,
          absl::StrCat("bias has ", given.bias ? given.bias->shape(0) : 0, " values for ", experts,
                       " experts"));
  const auto require_matrix = [&](const char* name, const std::optional<Matrix<float>>& matrix,
                                  int64_t columns) {
    if (!matrix) return;
    Require(matrix->shape(0) == routing.tokens && matrix->shape(1) == columns,
            absl::StrCat(name, " has shape [", matrix->shape(0), ", ", matrix->shape(1),
                         "]; expected [", routing.tokens, ", ", columns, "]"));
  };
  require_matrix("noise", given.noise, experts);
  require_matrix("uniform", given.uniform, others);
}

nb::dict RouteTokens(const shard::ExpertRouting& routing, int threads) {
  const size_t tokens = routing.tokens, experts = routing.choice.experts;
  const size_t per_token = routing.choice.experts_per_token;
  const size_t groups = shard::GroupCount(routing.tokens, routing.rules.group_size);
  const shard::SlotWishes wishes = {nullptr, routing.tokens, routing.choice.experts_per_token,
                                    routing.choice.experts};
  std::vector<float> probabilities(tokens * experts), log_totals(tokens), entropies(tokens),
      weights(tokens * per_token);
  std::vector<int32_t> chosen(tokens * per_token), slots(tokens * per_token),
      owners(shard::SlotCount(routing.rules, wishes)), segments(experts * groups * 2),
      loads(experts);
  shard::RoutedTokens routed;
  routed.chosen = {probabilities.data(), log_totals.data(), entropies.data(),
                   chosen.data(),        weights.data(),    slots.data()};
  routed.plan = {slots.data(), weights.data(), owners.data(), segments.data(), loads.data()};
  Unlocked([&] {
    decode::RowWorkers workers(threads);
    const auto parallel = [&](int64_t count, int64_t cycles,
                              absl::FunctionRef<void(int64_t begin, int64_t end)> work) {
      workers.Run(count, cycles, work);
    };
    shard::RouteTokens(routing, parallel, &routed);
    return true;
  });
  const size_t slot_count = owners.size();
  nb::dict arrays;
  arrays["probabilities"] = ToArray<Floats>(std::move(probabilities), {tokens, experts});
  arrays["log_totals"] = ToArray<Floats>(std::move(log_totals), {tokens});
  arrays["experts"] = ToArray<Integers>(std::move(chosen), {tokens, per_token});
  arrays["slots"] = ToArray<Integers>(std::move(slots), {tokens, per_token});
  arrays["weights"] = ToArray<Floats>(std::move(weights), {tokens, per_token});
  arrays["owners"] = ToArray<Integers>(std::move(owners), {slot_count});
  arrays["segments"] = ToArray<Integers>(std::move(segments), {experts, groups, 2});
  arrays["loads"] = ToArray<Integers>(std::move(loads), {experts});
  arrays["balance"] = routed.balance;
  arrays["squares"] = routed.squares;
  arrays["entropy"] = routed.entropy;
  return arrays;
}

Floats DispatchTokens(const Matrix<float>& tokens, const Vector<int32_t>& owners,
                      int64_t experts_per_token, int threads) {
  RequireThreads(threads);
  Require(experts_per_token >= 1,
          absl::StrCat("experts_per_token is ", experts_per_token, " but must be at least 1"));
  const size_t slots = owners.shape(0), dim = tokens.shape(1);
  const int64_t choices = static_cast<int64_t>(tokens.shape(0)) * experts_per_token;
  RequireIndices("owners", owners.data(), slots, choices);
  std::vector<float> rows(slots * dim);
  const shard::TokenMovement movement = {nullptr, owners.data(), nullptr, experts_per_token,
                                         static_cast<int64_t>(dim)};
  Unlocked([&] {
    decode::RowWorkers(threads).Run(slots, dim / kValuesPerCycle + 1,
                                    [&](int64_t begin, int64_t end) {
                                      movement.Dispatch(tokens.data(), begin, end, rows.data());
                                    });
    return true;
  });
  return ToArray<Floats>(std::move(rows), {slots, dim});
}

Floats CombineTokens(const Matrix<float>& rows, const Matrix<int32_t>& slots,
                     const Matrix<float>& weights, int threads) {
  RequireThreads(threads);
  const size_t tokens = slots.shape(0), dim = rows.shape(1), per_token = slots.shape(1);
  Require(weights.shape(0) == tokens && weights.shape(1) == per_token,
          absl::StrCat("weights have shape [", weights.shape(0), ", ", weights.shape(1),
                       "]; expected that of slots, [", tokens, ", ", per_token, "]"));
  RequireIndices("slots", slots.data(), slots.size(), rows.shape(0));
  std::vector<float> sums(tokens * dim);
  const shard::TokenMovement movement = {slots.data(), nullptr, weights.data(),
                                         static_cast<int64_t>(per_token),
                                         static_cast<int64_t>(dim)};
  Unlocked([&] {
    decode::RowWorkers(threads).Run(tokens, dim * per_token / kValuesPerCycle + 1,
                                    [&](int64_t begin, int64_t end) {
                                      movement.Combine(rows.data(), begin, end, sums.data());
                                    });
    return true;
  });
  return ToArray<Floats>(std::move(sums), {tokens, dim});
}

}  // namespace

void BindExperts(nb::module_& module) {
  module.def(
      "route_tokens",
      [](const Matrix<float>& logits, const Vector<bool>& mask, int64_t experts_per_token,
         int64_t group_size, int64_t capacity, bool padded, std::optional<Vector<float>> bias,
         std::optional<Matrix<float>> noise, std::optional<Matrix<float>> uniform, float threshold,
         int threads) {
        RequireThreads(threads);
        Require(
            mask.shape(0) == logits.shape(0),
            absl::StrCat("mask has ", mask.shape(0), " values for ", logits.shape(0), " tokens"));
        const Optional given = {std::move(bias), std::move(noise), std::move(uniform)};
        const shard::ExpertRouting routing = {
            {logits.data(), mask.data(), static_cast<int64_t>(logits.shape(1)), experts_per_token,
             given.bias ? given.bias->data() : nullptr, given.noise ? given.noise->data() : nullptr,
             given.uniform ? given.uniform->data() : nullptr, threshold},
            {group_size, capacity, padded},
            static_cast<int64_t>(logits.shape(0))};
        RaiseIfError(shard::CheckRouting(routing));
        RequireShapes(given, routing);
        return RouteTokens(routing, threads);
      },
      "logits"_a, "mask"_a, nb::kw_only(), "experts_per_token"_a, "group_size"_a, "capacity"_a = 0,
      "padded"_a = false, "bias"_a = nb::none(), "noise"_a = nb::none(), "uniform"_a = nb::none(),
      "threshold"_a = 0.5f, "threads"_a = 2, kRouteDoc);
  module.def("dispatch_tokens", &DispatchTokens, "tokens"_a, "owners"_a, nb::kw_only(),
             "experts_per_token"_a, "threads"_a = 2, kDispatchDoc);
  module.def("combine_tokens", &CombineTokens, "rows"_a, "slots"_a, "weights"_a, nb::kw_only(),
             "threads"_a = 2, kCombineDoc);
}

}  // namespace frazo::bindings
