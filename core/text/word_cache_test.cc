#include "core/text/word_cache.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

MATCHER_P2(PieceIs, id, end, "") { return arg.id == id && arg.end == end; }

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(WordCacheTest, GivesBackWhatWasInserted) {
  WordCache cache;
  std::vector<WordPiece> pieces;
  EXPECT_FALSE(cache.Find("word", &pieces));
  cache.Insert("word", {{3, 1}, {70'000, 4}});
  ASSERT_TRUE(cache.Find("word", &pieces));
  EXPECT_THAT(pieces, ElementsAre(PieceIs(3, 1), PieceIs(70'000, 4)));
  EXPECT_FALSE(cache.Find("wore", &pieces));
  EXPECT_FALSE(cache.Find("wor", &pieces));
}

TEST(WordCacheTest, WhatIsTooLongIsPassedOver) {
  WordCache cache;
  std::vector<WordPiece> pieces;
  const std::string longest(22, 'a');
  const std::string longer(23, 'a');
  cache.Insert(longest, {{1, 22}});
  cache.Insert(longer, {{1, 23}});
  cache.Insert("parts", std::vector<WordPiece>(9, WordPiece{1, 1}));
  cache.Insert("", {});
  EXPECT_TRUE(cache.Find(longest, &pieces));
  EXPECT_FALSE(cache.Find(longer, &pieces));
  EXPECT_FALSE(cache.Find("parts", &pieces));
  EXPECT_FALSE(cache.Find("", &pieces));
}

TEST(WordCacheTest, ManyWordsReplaceEachOtherButAreNeverMistaken) {
  WordCache cache;
  int found = 0;
  for (int i = 0; i < 100'000; ++i) cache.Insert("w" + std::to_string(i), {{i, 2}});
  for (int i = 0; i < 100'000; ++i) {
    std::vector<WordPiece> pieces;
    if (!cache.Find("w" + std::to_string(i), &pieces)) continue;
    ++found;
    ASSERT_THAT(pieces, ElementsAre(PieceIs(i, 2)));
  }
  // A table of 2^14 slots, nearly all of which are taken.
  EXPECT_GT(found, 15'000);
  EXPECT_LE(found, 1 << 14);
}

}  // namespace
}  // namespace frazo::text
