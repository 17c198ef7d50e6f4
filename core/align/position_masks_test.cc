#include "core/align/position_masks.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace frazo::align {
namespace {

TEST(PositionMasksTest, TellsWhereAnIdIs) {
  constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
  PositionMasks masks;
  masks.Reset({7, kLeast, 7, -1});
  ASSERT_EQ(masks.words(), 1);
  EXPECT_EQ(*masks.Of(7), 0b0101);
  EXPECT_EQ(*masks.Of(kLeast), 0b0010);
  EXPECT_EQ(*masks.Of(-1), 0b1000);
  EXPECT_EQ(*masks.Of(0), 0);
}

TEST(PositionMasksTest, ForgetsTheSequenceBefore) {
  PositionMasks masks;
  masks.Reset({1, 2, 3});
  masks.Reset({2});
  EXPECT_EQ(*masks.Of(1), 0);
  EXPECT_EQ(*masks.Of(2), 1);
}

TEST(PositionMasksTest, ALongSequenceHasTheSameMasks) {
  // 3,000 different ids in 94 words each are more than are made at once; position i has i % 3000.
  std::vector<int32_t> sequence;
  for (int32_t i = 0; i < 6000; ++i) sequence.push_back(i % 3000);
  PositionMasks masks;
  masks.Reset(sequence);
  ASSERT_EQ(masks.words(), 94);
  for (const int32_t id : {0, 63, 64, 2999, 2999, 5000, 1}) {
    const uint64_t* const mask = masks.Of(id);
    for (int32_t i = 0; i < 94 * 64; ++i) {
      ASSERT_EQ(mask[i / 64] >> (i % 64) & 1, i < 6000 && i % 3000 == id) << id << " at " << i;
    }
  }
}

}  // namespace
}  // namespace frazo::align
