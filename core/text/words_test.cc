#include "core/text/words.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::pair<std::string, size_t>> Words(std::string_view text) {
  std::vector<std::pair<std::string, size_t>> words;
  ForEachWord(text, [&](std::string_view word, size_t begin) {
    words.emplace_back(std::string(word), begin);
  });
  return words;
}

TEST(WordsTest, BlanksOfAllKindsPartWords) {
  EXPECT_THAT(Words(" ab\tc\n\v\f\rd  "), ElementsAre(Pair("ab", 1), Pair("c", 4), Pair("d", 9)));
}

TEST(WordsTest, NothingButBlanksHasNoWords) {
  EXPECT_THAT(Words(""), IsEmpty());
  EXPECT_THAT(Words(" \t\n"), IsEmpty());
}

TEST(WordsTest, OtherControlsAndUnicodeBlanksBelongToWords) {
  EXPECT_THAT(Words("a\x08\x0e\x1f\u00a0\u3000z"),
              ElementsAre(Pair("a\x08\x0e\x1f\u00a0\u3000z", 0)));
  EXPECT_THAT(Words(std::string_view("a\0b", 3)), ElementsAre(Pair(std::string("a\0b", 3), 0)));
}

}  // namespace
}  // namespace frazo::text
