#include "core/text/sentencepiece/charsmap.h"

#include <random>
#include <string>

#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "core/text/sentencepiece/testing/sentencepiece_models.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::StrEq;

TEST(CharsmapTest, RulesAreFoundAtTheStartOfAText) {
  const auto rules = Charsmap::Parse(ByteRules({{'A', "a"}, {'\t', " "}, {'x', ""}}));
  ASSERT_THAT(rules, IsOk());
  EXPECT_EQ(rules->LongestMatch("AB").length, 1);
  EXPECT_EQ(rules->LongestMatch("AB").replacement, "a");
  EXPECT_EQ(rules->LongestMatch("\t").replacement, " ");
  EXPECT_EQ(rules->LongestMatch("x").length, 1);
  EXPECT_EQ(rules->LongestMatch("x").replacement, "");
  EXPECT_EQ(rules->LongestMatch("B").length, 0);
  EXPECT_EQ(rules->LongestMatch("").length, 0);
  EXPECT_TRUE(rules->HasAsciiRule('A'));
  EXPECT_FALSE(rules->HasAsciiRule('B'));
}

TEST(CharsmapTest, NoRulesAreARuleForNothing) {
  EXPECT_EQ(Charsmap().LongestMatch("A").length, 0);
  EXPECT_FALSE(Charsmap().HasAsciiRule('A'));
}

TEST(CharsmapTest, LengthsThatDoNotFitAreRefused) {
  EXPECT_THAT(Charsmap::Parse("abc"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       StrEq("the normalization rules have 3 bytes, less than their header")));
  EXPECT_THAT(
      Charsmap::Parse(std::string("\x08\0\0\0abcdefgh", 12)),
      StatusIs(absl::StatusCode::kInvalidArgument,
               StrEq("the normalization rules have 8 bytes, which does not fit their trie's "
                     "length, 8")));
}

TEST(CharsmapTest, DamagedRulesLeadNowhereOutside) {
  const std::string whole = ByteRules({{'A', "a"}, {'\t', " "}, {'x', "long text"}});
  std::mt19937 random(TestSeed(1));
  for (int i = 0; i < TestExamples(3000); ++i) {
    std::string damaged = whole;
    for (int changes = 0; changes < 20; ++changes) {
      damaged[4 + random() % (damaged.size() - 4)] = static_cast<char>(random());
    }
    const auto rules = Charsmap::Parse(damaged);
    ASSERT_THAT(rules, IsOk());
    for (const std::string_view text : {"A", "\t\t", "xyz", "b"}) {
      ASSERT_LE(rules->LongestMatch(text).length, text.size());
    }
  }
}

}  // namespace
}  // namespace frazo::text
