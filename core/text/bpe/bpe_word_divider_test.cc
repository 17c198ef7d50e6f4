#include "core/text/bpe/bpe_word_divider.h"

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "core/text/testing/random_text.h"
#include "core/text/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::ElementsAre;
using Parts = std::vector<std::string>;

BpeWordDivider MakeDivider(std::string_view merges) {
  auto parsed = BpeMerges::Parse(merges, "m");
  EXPECT_THAT(parsed, IsOk());
  return BpeWordDivider(*std::move(parsed), [](std::string_view, bool) { return 1; }, 0);
}

Parts Divide(const BpeWordDivider& divider, std::string_view word) {
  BpeWordDivider::Scratch scratch;
  std::vector<WordPiece> pieces;
  divider.Divide(word, &scratch, &pieces);
  Parts parts;
  int64_t begin = 0;
  for (const WordPiece& piece : pieces) {
    parts.emplace_back(word.substr(begin, piece.end - begin));
    begin = piece.end;
  }
  return parts;
}

TEST(BpeWordDividerTest, TheBestRankIsJoinedFirst) {
  const BpeWordDivider divider = MakeDivider("b c\na b\nbc d</w>\n");
  EXPECT_THAT(Divide(divider, "abcd"), ElementsAre("a", "bcd"));
  EXPECT_THAT(Divide(divider, "abx"), ElementsAre("ab", "x"));
}

TEST(BpeWordDividerTest, TheEndOfAWordIsASymbolOfItsOwn) {
  const BpeWordDivider divider = MakeDivider("a b\nc d</w>\n");
  EXPECT_THAT(Divide(divider, "ab"), ElementsAre("a", "b"));
  EXPECT_THAT(Divide(divider, "abx"), ElementsAre("ab", "x"));
  EXPECT_THAT(Divide(divider, "cdcd"), ElementsAre("c", "d", "cd"));
}

TEST(BpeWordDividerTest, OverlappingPairsAreJoinedFromTheLeft) {
  const BpeWordDivider divider = MakeDivider("a a\n");
  EXPECT_THAT(Divide(divider, "aaaab"), ElementsAre("aa", "aa", "b"));
  EXPECT_THAT(Divide(divider, "aaab"), ElementsAre("aa", "a", "b"));
}

// (abc, ab) has a better rank than (ab, c), but it was learnt where all (ab, c) were joined: then
// the word is abc abc x, in which (abc, ab) does not occur.
TEST(BpeWordDividerTest, AllOfOneRankAreJoinedBeforeWhatTheyGiveRiseTo) {
  const BpeWordDivider divider = MakeDivider("a b\nb c\na bc\nabc ab\nab c\n");
  EXPECT_THAT(Divide(divider, "abcabcx"), ElementsAre("abc", "abc", "x"));
}

TEST(BpeWordDividerTest, InvalidBytesAreReplacementCharacters) {
  const BpeWordDivider divider = MakeDivider("a \ufffd\n");
  BpeWordDivider::Scratch scratch;
  std::vector<WordPiece> pieces;
  EXPECT_EQ(divider.Divide("a\xe1\x80z\xff", &scratch, &pieces), 2);
  ASSERT_EQ(pieces.size(), 3);
  EXPECT_EQ(pieces[0].end, 3);
  EXPECT_EQ(pieces[0].id, 1);
  EXPECT_EQ(pieces[1].end, 4);
  EXPECT_EQ(pieces[1].id, 0);  // z is a character that no merge has.
  EXPECT_EQ(pieces[2].end, 5);
}

TEST(BpeWordDividerTest, AWordAsLongAsAFileTakesNotMuchLonger) {
  const BpeWordDivider divider = MakeDivider("a b\nab ab\nabab abab\nabababab abababab\n");
  std::string word;
  for (int i = 0; i < 100'000; ++i) word += "ab";
  // 100,000 pairs make 12,500 pieces of sixteen, but for the last one: its b ends the word.
  EXPECT_EQ(Divide(divider, word + "c").size(), 12'501);
}

// Computes the paper's definition: joins the best pair of all, everywhere, until there is none.
Parts DivideSlowly(const std::map<std::pair<std::string, std::string>, int>& ranks,
                   std::string_view word) {
  Parts symbols;
  while (!word.empty()) {
    const size_t length = DecodeUtf8(word).length;
    symbols.emplace_back(word.substr(0, length));
    word.remove_prefix(length);
  }
  symbols.back() += "</w>";
  while (true) {
    auto best = ranks.end();
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto found = ranks.find({symbols[i], symbols[i + 1]});
      if (found != ranks.end() && (best == ranks.end() || found->second < best->second)) {
        best = found;
      }
    }
    if (best == ranks.end()) break;
    Parts joined;
    for (size_t i = 0; i < symbols.size(); ++i) {
      if (i + 1 < symbols.size() && symbols[i] == best->first.first &&
          symbols[i + 1] == best->first.second) {
        joined.push_back(symbols[i] + symbols[i + 1]);
        ++i;
      } else {
        joined.push_back(symbols[i]);
      }
    }
    symbols = joined;
  }
  symbols.back().resize(symbols.back().size() - 4);
  return symbols;
}

TEST(BpeWordDividerTest, AgreesWithTheDefinitionOnRandomMergesAndWords) {
  std::mt19937 random(TestSeed(1));
  const Parts letters = {"a", "b", "\u00e9"};
  for (int round = 0; round < TestExamples(300); ++round) {
    Parts symbols = {"a", "b", "\u00e9"};
    std::map<std::pair<std::string, std::string>, int> ranks;
    std::string file;
    for (int i = 0; i < 12; ++i) {
      const std::string left = symbols[random() % symbols.size()];
      std::string right = symbols[random() % symbols.size()];
      if (random() % 4 == 0) right += "</w>";
      if (!ranks.emplace(std::make_pair(left, right), ranks.size()).second) continue;
      file += left + " " + right + "\n";
      if (right.back() != '>') symbols.push_back(left + right);
    }
    const BpeWordDivider divider = MakeDivider(file);
    for (int i = 0; i < 20; ++i) {
      const std::string word = letters[random() % 3] + RandomText(letters, 14, &random);
      ASSERT_EQ(Divide(divider, word), DivideSlowly(ranks, word)) << word << " by\n" << file;
    }
  }
}

}  // namespace
}  // namespace frazo::text
