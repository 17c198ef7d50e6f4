#include "core/text/sentencepiece/byte_trie.h"

#include <map>
#include <random>
#include <string>

#include "core/testing/test_variation.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

int32_t Find(const ByteTrie& trie, std::string_view key) {
  int32_t node = ByteTrie::kRoot;
  for (const char byte : key) {
    node = trie.Child(node, static_cast<unsigned char>(byte));
    if (node == ByteTrie::kNone) return ByteTrie::kNone;
  }
  return trie.Value(node);
}

TEST(ByteTrieTest, KeysAreFoundAndTheirPartsAreNot) {
  const ByteTrie trie({{"ab", 1}, {"abc", 2}, {"b", 3}});
  EXPECT_EQ(Find(trie, "ab"), 1);
  EXPECT_EQ(Find(trie, "abc"), 2);
  EXPECT_EQ(Find(trie, "b"), 3);
  for (const std::string_view other : {"", "a", "abcd", "c", "bb", "ac"}) {
    EXPECT_EQ(Find(trie, other), ByteTrie::kNone) << other;
  }
}

TEST(ByteTrieTest, TheLongestMatchWins) {
  const ByteTrie trie({{"a", 1}, {"abc", 2}});
  EXPECT_EQ(trie.LongestMatch("abcd"), 3);
  EXPECT_EQ(trie.LongestMatch("abd"), 1);
  EXPECT_EQ(trie.LongestMatch("b"), 0);
  EXPECT_EQ(trie.LongestMatch(""), 0);
}

TEST(ByteTrieTest, AnEmptyTrieHasNothing) {
  const ByteTrie trie;
  for (int byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(trie.Child(ByteTrie::kRoot, static_cast<unsigned char>(byte)), ByteTrie::kNone);
  }
}

TEST(ByteTrieTest, AgreesWithAMapOnRandomKeys) {
  std::mt19937 random(TestSeed(1));
  std::map<std::string, int32_t> map;
  // Few letters give shared prefixes; a wide range of bytes gives nodes with many children.
  for (int i = 0; i < TestExamples(20'000); ++i) {
    const int letters = i % 2 == 0 ? 3 : 256;
    std::string key(1 + random() % 9, '\0');
    for (char& byte : key) byte = static_cast<char>(random() % letters + (i % 2 == 0 ? 'a' : 0));
    map.emplace(key, i);
  }
  std::vector<ByteTrie::Entry> entries;
  for (const auto& [key, value] : map) entries.push_back({key, value});
  const ByteTrie trie(entries);
  for (const auto& [key, value] : map) ASSERT_EQ(Find(trie, key), value);
  for (int i = 0; i < TestExamples(20'000); ++i) {
    std::string key(1 + random() % 5, '\0');
    for (char& byte : key) byte = static_cast<char>(random());
    const auto found = map.find(key);
    ASSERT_EQ(Find(trie, key), found == map.end() ? ByteTrie::kNone : found->second);
  }
}

}  // namespace
}  // namespace frazo::text
