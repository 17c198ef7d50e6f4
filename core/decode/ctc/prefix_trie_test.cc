#include "core/decode/ctc/prefix_trie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace frazo::decode {
namespace {

using ::testing::ElementsAre;

constexpr int32_t kRoot = PrefixTrie::kRoot;

int32_t NodeOf(PrefixTrie* trie, const std::vector<int32_t>& tokens) {
  int32_t node = kRoot;
  for (const int32_t token : tokens) node = trie->Child(node, token);
  return node;
}

TEST(PrefixTrieTest, APrefixHasOneNode) {
  PrefixTrie trie;
  const int32_t node = NodeOf(&trie, {3, 1, 3});
  EXPECT_EQ(NodeOf(&trie, {3, 1, 3}), node);
  EXPECT_NE(NodeOf(&trie, {3, 1}), node);
  EXPECT_NE(NodeOf(&trie, {1, 1, 3}), node);
  EXPECT_EQ(trie.length(node), 3);
  EXPECT_EQ(trie.token(node), 3);
  EXPECT_EQ(trie.parent(node), NodeOf(&trie, {3, 1}));
  // The root, 3, 31, 313, 1, 11, 113.
  EXPECT_EQ(trie.size(), 7);
  std::vector<int32_t> tokens(3);
  trie.CopyTokens(node, tokens.data());
  EXPECT_THAT(tokens, ElementsAre(3, 1, 3));
}

TEST(PrefixTrieTest, TheRootIsEmpty) {
  const PrefixTrie trie;
  EXPECT_EQ(trie.length(kRoot), 0);
  EXPECT_EQ(trie.token(kRoot), PrefixTrie::kNoToken);
  EXPECT_EQ(trie.parent(kRoot), kRoot);
}

TEST(PrefixTrieTest, ShorterTextsComeFirstThenThoseWithASmallerTokenInFront) {
  PrefixTrie trie;
  const auto before = [&](const std::vector<int32_t>& left, const std::vector<int32_t>& right) {
    const int32_t left_node = NodeOf(&trie, left);
    const int32_t right_node = NodeOf(&trie, right);
    return trie.ComesBefore(trie.parent(left_node), trie.token(left_node), trie.parent(right_node),
                            trie.token(right_node));
  };
  EXPECT_TRUE(before({9}, {1, 1}));
  EXPECT_FALSE(before({1, 1}, {9}));
  EXPECT_TRUE(before({1, 2}, {1, 3}));
  EXPECT_FALSE(before({1, 3}, {1, 2}));
  EXPECT_TRUE(before({1, 5, 9, 9}, {2, 5, 9, 0}));
  EXPECT_FALSE(before({2, 5, 9, 0}, {1, 5, 9, 9}));
  EXPECT_FALSE(before({4, 4}, {4, 4}));
}

}  // namespace
}  // namespace frazo::decode
