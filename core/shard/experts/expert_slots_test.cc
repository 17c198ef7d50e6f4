#include "core/shard/experts/expert_slots.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::shard {
namespace {

using ::testing::ElementsAre;

void InOneThread(int64_t count, int64_t /*cycles*/,
                 absl::FunctionRef<void(int64_t begin, int64_t end)> work) {
  work(0, count);
}

TEST(GroupBeginsTest, CountsTokensWithoutPadding) {
  const bool mask[] = {false, true, true, false, true, true, false, true, false};
  // Groups of two: the tokens at 1 and 2, at 4 and 5, and at 7. Nine positions could have five.
  EXPECT_THAT(GroupBegins(mask, 9, 2), ElementsAre(0, 4, 7, 9, 9, 9));
  EXPECT_THAT(GroupBegins(mask, 9, 100), ElementsAre(0, 9));
  EXPECT_THAT(GroupBegins(mask, 0, 2), ElementsAre(0));
}

// Four tokens, the third of which is padding, with two choices among three experts each.
struct Routed {
  explicit Routed(const SlotRules& rules) {
    const SlotWishes wishes = {experts.data(), 4, 2, 3};
    const bool mask[] = {true, true, false, true};
    const std::vector<int64_t> begins = GroupBegins(mask, 4, rules.group_size);
    owners.assign(SlotCount(rules, wishes), 7);
    segments.assign(3 * (begins.size() - 1) * 2, 7);
    loads.assign(3, 7);
    AssignSlots(rules, wishes, begins, InOneThread,
                {slots.data(), weights.data(), owners.data(), segments.data(), loads.data()});
  }

  const std::vector<int32_t> experts = {1, 0, 1, 2, -1, -1, 0, 1};
  std::vector<int32_t> slots = {0, 0, 0, -1, -1, -1, 0, 0};
  std::vector<float> weights = {1, 2, 3, 4, 0, 0, 5, 6};
  std::vector<int32_t> owners, segments, loads;
};

TEST(AssignSlotsTest, FirstChoicesComeBeforeSecondOnes) {
  const Routed routed(SlotRules{10, 2, true});
  // Expert 0 takes its first choice, the last token, before the first one's second choice. Expert 1
  // is full with its two first choices. The wish for expert 2 was given up before.
  EXPECT_THAT(routed.slots, ElementsAre(2, 1, 3, -1, -1, -1, 0, -1));
  EXPECT_THAT(routed.weights, ElementsAre(1, 2, 3, 0, 0, 0, 5, 0));
  EXPECT_THAT(routed.owners, ElementsAre(6, 1, 0, 2, -1, -1));
  EXPECT_THAT(routed.segments, ElementsAre(0, 2, 2, 2, 4, 0));
  EXPECT_THAT(routed.loads, ElementsAre(2, 3, 0));
}

TEST(AssignSlotsTest, WithoutPaddingSlotsLieSideBySide) {
  const Routed routed(SlotRules{10, 0, false});
  EXPECT_THAT(routed.slots, ElementsAre(2, 1, 3, -1, -1, -1, 0, 4));
  EXPECT_THAT(routed.owners, ElementsAre(6, 1, 0, 2, 7, -1, -1, -1));
  EXPECT_THAT(routed.segments, ElementsAre(0, 2, 2, 3, 5, 0));
}

TEST(AssignSlotsTest, EachGroupHasItsOwnCapacity) {
  // The groups are the first two tokens and the last one.
  const Routed routed(SlotRules{2, 1, true});
  // Slot (expert * 2 + group) * 1: expert 0 has 0 and 1, expert 1 has 2 and 3.
  EXPECT_THAT(routed.slots, ElementsAre(2, 0, -1, -1, -1, -1, 1, 3));
  EXPECT_THAT(routed.segments, ElementsAre(0, 1, 1, 1, 2, 1, 3, 1, 4, 0, 5, 0));
  EXPECT_THAT(routed.owners, ElementsAre(1, 6, 0, 7, -1, -1));
  const Routed dense(SlotRules{2, 1, false});
  EXPECT_THAT(dense.slots, ElementsAre(2, 0, -1, -1, -1, -1, 1, 3));
  EXPECT_THAT(dense.segments, ElementsAre(0, 1, 1, 1, 2, 1, 3, 1, 4, 0, 4, 0));
}

}  // namespace
}  // namespace frazo::shard
