#include "core/align/edit_aligner.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/align/testing/full_table.h"
#include "core/testing/test_variation.h"
#include "gtest/gtest.h"

namespace frazo::align {
namespace {

using Ids = std::vector<int32_t>;

// Each byte is an id.
Ids IdsOf(std::string_view text) { return Ids(text.begin(), text.end()); }

// A letter for each edit.
std::string Letters(std::string_view reference, std::string_view hypothesis) {
  EditAligner aligner;
  std::vector<Edit> edits;
  const EditCounts counts = aligner.Align(IdsOf(reference), IdsOf(hypothesis), &edits);
  EXPECT_EQ(counts, CountsOf(edits));
  EXPECT_EQ(counts, aligner.Count(IdsOf(reference), IdsOf(hypothesis)));
  std::string letters;
  for (const Edit edit : edits) letters.push_back("MSDI"[static_cast<int>(edit)]);
  return letters;
}

TEST(EditAlignerTest, AlignsByHand) {
  EXPECT_EQ(Letters("", ""), "");
  EXPECT_EQ(Letters("abc", ""), "DDD");
  EXPECT_EQ(Letters("", "ab"), "II");
  EXPECT_EQ(Letters("abc", "abc"), "MMM");
  EXPECT_EQ(Letters("abc", "axc"), "MSM");
  EXPECT_EQ(Letters("abc", "ac"), "MDM");
  EXPECT_EQ(Letters("ac", "abc"), "MIM");
  // k -> s, e -> i, and g at the end: 3 errors.
  EXPECT_EQ(Letters("kitten", "sitting"), "SMMMSMI");
}

TEST(EditAlignerTest, OfAlignmentsWithAsFewErrorsItTakesTheStatedOne) {
  // Common starts first: the second a is the one that is missing.
  EXPECT_EQ(Letters("aa", "a"), "MD");
  // From the end, a deletion before a substitution: the reference's b is missing, and a is c.
  EXPECT_EQ(Letters("ab", "c"), "SD");
  // A substitution before an insertion.
  EXPECT_EQ(Letters("a", "bc"), "IS");
  // Two substitutions, or a match of b between a deletion and an insertion: the last step may not
  // be a deletion, and a substitution comes before an insertion.
  EXPECT_EQ(Letters("ab", "bc"), "SS");
  // Three substitutions would be as few. From the end: a is deleted, b matches; x is y rather than
  // an insertion of y, and the first a is left.
  EXPECT_EQ(Letters("xba", "ayb"), "ISMD");
}

TEST(EditAlignerTest, GivesWhatTheWholeTableGives) {
  std::mt19937_64 random(TestSeed(1));
  // With 1 and 30, tables are walked in parts of parts.
  EditAligner few(1), some(30), all;
  for (int64_t example = 0; example < TestExamples(600); ++example) {
    const auto draw = [&](int64_t below) { return static_cast<int64_t>(random() % below); };
    // Few ids make many ties; up to five words of 64 units.
    const int64_t different = 1 + draw(example % 3 == 0 ? 40 : 4);
    Ids reference(draw(300)), hypothesis;
    for (int32_t& id : reference) id = static_cast<int32_t>(draw(different));
    const int64_t error_percent = draw(101);
    for (const int32_t id : reference) {
      const bool wrong = draw(100) < error_percent;
      if (!wrong || draw(2) == 0) hypothesis.push_back(id);
      if (wrong && draw(2) == 0) hypothesis.push_back(static_cast<int32_t>(draw(different)));
    }
    const std::vector<Edit> expected = AlignByFullTable(reference, hypothesis);
    for (EditAligner* const aligner : {&few, &some, &all}) {
      std::vector<Edit> edits;
      const EditCounts counts = aligner->Align(reference, hypothesis, &edits);
      ASSERT_EQ(edits, expected) << "example " << example;
      ASSERT_EQ(counts, CountsOf(expected));
    }
  }
}

TEST(EditAlignerTest, ALongTableNeedsNoMoreMemory) {
  // All different: the table is 625 words by 40,000, six times what is held at once.
  Ids reference(40'000), hypothesis(40'000);
  for (int32_t i = 0; i < 40'000; ++i) reference[i] = i, hypothesis[i] = i % 4 == 0 ? -1 - i : i;
  // The first is a substitution and the rest of each four a match.
  EXPECT_EQ(EditAligner().Count(reference, hypothesis), (EditCounts{30'000, 10'000, 0, 0}));
}

}  // namespace
}  // namespace frazo::align
