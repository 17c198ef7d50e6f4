#include "core/shard/experts/expert_routing.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::shard {
namespace {

using ::testing::HasSubstr;

using Work = absl::FunctionRef<void(int64_t begin, int64_t end)>;

void InOneThread(int64_t count, int64_t /*cycles*/, Work work) { work(0, count); }

// One thread for each index, the last ones first.
void InManyThreads(int64_t count, int64_t /*cycles*/, Work work) {
  std::vector<std::thread> threads;
  for (int64_t i = count; i-- > 0;) threads.emplace_back([work, i] { work(i, i + 1); });
  for (std::thread& thread : threads) thread.join();
}

struct Case {
  int64_t tokens;
  int64_t experts;
  int64_t per_token;
  SlotRules rules;
  double padding;
};

// A routing of random logits with all that it needs.
class Routing {
 public:
  explicit Routing(const Case& sizes, uint32_t seed)
      : case_(sizes), mask_(new bool[sizes.tokens]), logits_(sizes.tokens * sizes.experts) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::uniform_real_distribution<double> uniform;
    for (float& logit : logits_) logit = normal(random);
    for (int64_t i = 0; i < sizes.tokens; ++i) mask_[i] = uniform(random) >= sizes.padding;
  }

  void Run(Parallel parallel) {
    const int64_t choices = case_.tokens * case_.per_token;
    const ExpertRouting routing = {
        {logits_.data(), mask_.get(), case_.experts, case_.per_token, nullptr, nullptr, nullptr, 1},
        case_.rules,
        case_.tokens};
    ASSERT_THAT(CheckRouting(routing), IsOk());
    probabilities.assign(logits_.size(), 7);
    log_totals.assign(case_.tokens, 7);
    entropies.assign(case_.tokens, 7);
    experts.assign(choices, 7);
    weights.assign(choices, 7);
    slots.assign(choices, 7);
    const SlotWishes wishes = {nullptr, case_.tokens, case_.per_token, case_.experts};
    owners.assign(SlotCount(case_.rules, wishes), 7);
    segments.assign(GroupCount(case_.tokens, case_.rules.group_size) * case_.experts * 2, 7);
    loads.assign(case_.experts, 7);
    sums.chosen = {probabilities.data(), log_totals.data(), entropies.data(),
                   experts.data(),       weights.data(),    slots.data()};
    sums.plan = {slots.data(), weights.data(), owners.data(), segments.data(), loads.data()};
    RouteTokens(routing, parallel, &sums);
  }

  std::vector<float> Gradient(Parallel parallel) {
    const std::vector<float> of_weights(weights.size(), 0.5f);
    std::vector<float> of_logits(logits_.size(), 7);
    RouteTokensGradient({{probabilities.data(), log_totals.data(), experts.data(), case_.experts,
                          case_.per_token, of_weights.data(), nullptr, 0.1f},
                         mask_.get(),
                         case_.tokens,
                         case_.rules.group_size,
                         slots.data(),
                         0.3f},
                        parallel, of_logits.data());
    return of_logits;
  }

  std::vector<float>& logits() { return logits_; }
  const bool* mask() const { return mask_.get(); }

  std::vector<float> probabilities, log_totals, entropies, weights;
  std::vector<int32_t> experts, slots, owners, segments, loads;
  RoutedTokens sums;

 private:
  const Case case_;
  std::unique_ptr<bool[]> mask_;
  std::vector<float> logits_;
};

class RouteTokensCases : public testing::TestWithParam<Case> {};

TEST_P(RouteTokensCases, EachTokenHasSlotsOfItsOwnWithinTheCapacity) {
  const Case& sizes = GetParam();
  Routing routing(sizes, TestSeed(5));
  routing.Run(InOneThread);
  std::vector<int32_t> owners(routing.owners.size(), -1);
  for (int64_t choice = 0; choice < routing.slots.size(); ++choice) {
    const int32_t slot = routing.slots[choice];
    if (slot < 0) {
      EXPECT_EQ(routing.weights[choice], 0);
      continue;
    }
    EXPECT_TRUE(routing.mask()[choice / sizes.per_token]);
    ASSERT_EQ(owners[slot], -1);
    owners[slot] = choice;
  }
  EXPECT_EQ(owners, routing.owners);
  const int64_t groups = GroupCount(sizes.tokens, sizes.rules.group_size);
  int64_t taken = 0;
  for (int64_t segment = 0; segment < groups * sizes.experts; ++segment) {
    const int32_t begin = routing.segments[segment * 2], size = routing.segments[segment * 2 + 1];
    if (sizes.rules.capacity > 0) {
      EXPECT_LE(size, sizes.rules.capacity);
    }
    for (int32_t slot = begin; slot < begin + size; ++slot) {
      EXPECT_EQ(routing.experts[routing.owners[slot]], segment / groups);
    }
    taken += size;
  }
  EXPECT_EQ(taken, std::count_if(owners.begin(), owners.end(), [](int32_t o) { return o >= 0; }));
}

TEST_P(RouteTokensCases, TheThreadsChangeNothing) {
  Routing one(GetParam(), TestSeed(6)), many(GetParam(), TestSeed(6));
  one.Run(InOneThread);
  many.Run(InManyThreads);
  EXPECT_EQ(one.slots, many.slots);
  EXPECT_EQ(one.owners, many.owners);
  EXPECT_EQ(one.segments, many.segments);
  EXPECT_EQ(one.loads, many.loads);
  EXPECT_EQ(one.weights, many.weights);
  EXPECT_EQ(one.sums.balance, many.sums.balance);
  EXPECT_EQ(one.Gradient(InOneThread), many.Gradient(InManyThreads));
}

TEST_P(RouteTokensCases, TheGradientAgreesWithDifferences) {
  Routing routing(GetParam(), TestSeed(7));
  const auto value = [&] {
    routing.Run(InOneThread);
    double sum = 0.3 * routing.sums.balance + 0.1 * routing.sums.squares;
    for (const float weight : routing.weights) sum += 0.5 * weight;
    return sum;
  };
  value();
  const std::vector<float> gradient = routing.Gradient(InOneThread);
  const std::vector<int32_t> slots = routing.slots;
  for (int64_t i = 0; i < routing.logits().size(); i += 7) {
    const float before = routing.logits()[i];
    routing.logits()[i] = before + 2e-2f;
    const double above = value();
    const bool same_above = routing.slots == slots;
    routing.logits()[i] = before - 2e-2f;
    const double below = value();
    const bool same_below = routing.slots == slots;
    routing.logits()[i] = before;
    // Where a choice changes, there is no derivative.
    if (!same_above || !same_below) continue;
    EXPECT_NEAR(gradient[i], (above - below) / 4e-2, 5e-3) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, RouteTokensCases,
                         testing::Values(Case{24, 5, 2, {8, 2, true}, 0.3},
                                         Case{24, 5, 2, {8, 2, false}, 0.3},
                                         Case{30, 9, 1, {30, 0, false}, 0},
                                         Case{17, 4, 4, {6, 3, true}, 0.5},
                                         Case{5, 3, 2, {4, 1, true}, 1}));

TEST(CheckRoutingTest, NamesWhatIsOutOfRange) {
  const bool mask = true;
  const float logits[] = {0, 0};
  const ExpertRouting good = {{logits, &mask, 2, 2, nullptr, nullptr, nullptr, 1}, {4, 1, true}, 1};
  EXPECT_THAT(CheckRouting(good), IsOk());
  const auto expect = [](const ExpertRouting& routing, const char* text) {
    EXPECT_THAT(CheckRouting(routing),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(text)));
  };
  ExpertRouting bad = good;
  bad.choice.experts_per_token = 3;
  expect(bad, "experts_per_token is 3; expected 1 .. 2");
  bad = good;
  bad.rules.capacity = 0;
  expect(bad, "above 0 if slots are padded");
  bad = good;
  bad.rules.group_size = 0;
  expect(bad, "group_size is 0");
  bad = good;
  bad.choice.threshold = 0;
  expect(bad, "threshold is 0");
  bad = good;
  bad.rules.capacity = int64_t{1} << 31;
  expect(bad, "too many for int32");
}

}  // namespace
}  // namespace frazo::shard
