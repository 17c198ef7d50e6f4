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
  EXPECT_EQ(*masks.Of(masks.SymbolOf(7), 0, 0), 0b0101);
  EXPECT_EQ(*masks.Of(masks.SymbolOf(kLeast), 0, 0), 0b0010);
  EXPECT_EQ(*masks.Of(masks.SymbolOf(-1), 0, 0), 0b1000);
  EXPECT_EQ(*masks.Of(masks.SymbolOf(0), 0, 0), 0);
}

TEST(PositionMasksTest, ForgetsTheSequenceBefore) {
  PositionMasks masks;
  masks.Reset({1, 2, 3});
  masks.Reset({2});
  EXPECT_EQ(*masks.Of(masks.SymbolOf(1), 0, 0), 0);
  EXPECT_EQ(*masks.Of(masks.SymbolOf(2), 0, 0), 1);
}

TEST(PositionMasksTest, ALongSequenceHasTheSameMasks) {
  // 3,000 different ids in 94 words each are more than are made at once; position i has i % 3000.
  std::vector<int32_t> sequence;
  for (int32_t i = 0; i < 6000; ++i) sequence.push_back(i % 3000);
  PositionMasks masks;
  masks.Reset(sequence);
  ASSERT_EQ(masks.words(), 94);
  for (const int32_t id : {0, 63, 64, 2999, 2999, 5000, 1}) {
    const uint64_t* const mask = masks.Of(masks.SymbolOf(id), 0, 93);
    for (int32_t i = 0; i < 94 * 64; ++i) {
      ASSERT_EQ(mask[i / 64] >> (i % 64) & 1, i < 6000 && i % 3000 == id) << id << " at " << i;
    }
  }
}

TEST(PositionMasksTest, APartOfALongMaskIsRight) {
  std::vector<int32_t> sequence;
  for (int32_t i = 0; i < 200'000; ++i) sequence.push_back(i % 3 == 0 ? 0 : i);
  PositionMasks masks;
  masks.Reset(sequence);
  for (const size_t first : {1000, 0, 3124, 17}) {
    const size_t last = first + (first == 3124 ? 0 : 20);
    const uint64_t* const mask = masks.Of(masks.SymbolOf(0), first, last);
    for (size_t i = 64 * first; i < 64 * (last + 1); ++i) {
      ASSERT_EQ(mask[i / 64] >> (i % 64) & 1, i < 200'000 && i % 3 == 0) << i;
    }
  }
}

}  // namespace
}  // namespace frazo::align
