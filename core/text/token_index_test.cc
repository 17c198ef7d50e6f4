#include "core/text/token_index.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace frazo::text {
namespace {

TEST(TokenIndexTest, AnEmptyIndexHasNothing) {
  const TokenIndex index;
  EXPECT_EQ(index.size(), 0);
  EXPECT_EQ(index.Find(""), TokenIndex::kNone);
  EXPECT_EQ(index.Find("a"), TokenIndex::kNone);
}

TEST(TokenIndexTest, IdsCountFromZeroAndStay) {
  TokenIndex index;
  EXPECT_EQ(index.Add("a"), TokenIndex::kNone);
  EXPECT_EQ(index.Add("b"), TokenIndex::kNone);
  EXPECT_EQ(index.Add("a"), 0);
  EXPECT_EQ(index.Find("b"), 1);
  EXPECT_EQ(index.size(), 2);
  EXPECT_EQ(index.token(1), "b");
}

TEST(TokenIndexTest, ZeroBytesAndLengthsTellTokensApart) {
  TokenIndex index;
  const std::string zero(1, '\0');
  const std::vector<std::string> tokens = {"",          zero,         zero + zero,      "a",
                                           "a" + zero,  "a1234567",   "a12345678",      "a12345679",
                                           "b12345678", "a123456789", "a1234567" + zero};
  for (const std::string& token : tokens) EXPECT_EQ(index.Add(token), TokenIndex::kNone) << token;
  for (int32_t id = 0; id < index.size(); ++id) {
    EXPECT_EQ(index.Find(tokens[id]), id);
    EXPECT_EQ(index.token(id), tokens[id]);
  }
}

TEST(TokenIndexTest, ManyTokensOfAllLengthsAreFoundAndNoOthers) {
  TokenIndex index;
  std::vector<std::string> tokens;
  for (int i = 0; i < 50'000; ++i) {
    // Lengths of 2 to 32 around a number, so that prefixes and suffixes are shared.
    tokens.push_back("x" + std::to_string(i) + std::string(i % 27, 'y'));
    ASSERT_EQ(index.Add(tokens.back()), TokenIndex::kNone);
  }
  for (int i = 0; i < tokens.size(); ++i) {
    ASSERT_EQ(index.Find(tokens[i]), i);
    ASSERT_EQ(index.token(i), tokens[i]);
    ASSERT_EQ(index.Find(tokens[i] + "z"), TokenIndex::kNone);
  }
}

}  // namespace
}  // namespace frazo::text
