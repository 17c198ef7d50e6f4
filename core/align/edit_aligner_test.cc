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
    // Few ids make many ties. Some tables have up to 14 words of 64 rows, of which bands leave some
    // out.
    const int64_t different = 1 + draw(example % 3 == 0 ? 40 : 4);
    Ids reference(draw(example % 8 == 0 ? 900 : 200)), hypothesis;
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

TEST(EditAlignerTest, ALongTableIsWalkedInParts) {
  // All different: no band is smaller than the table, of 313 words by 20,000, which is more than is
  // held at once.
  Ids reference(20'000), hypothesis(20'000);
  for (int32_t i = 0; i < 20'000; ++i) {
    reference[i] = i;
    hypothesis[i] = i % 4 == 0 ? i : -1 - i;
  }
  // The first of each four matches, and the rest are substitutions.
  EXPECT_EQ(EditAligner().Count(reference, hypothesis), (EditCounts{5'000, 15'000, 0, 0}));
}

TEST(EditAlignerTest, FewErrorsInALongTextAreFound) {
  // Each thousand of 200,000 ids lacks one and has a new one. Every fifth id is the same one.
  Ids reference, hypothesis;
  for (int32_t i = 0; i < 200'000; ++i) {
    const int32_t id = i % 5 == 0 ? 7 : i;
    reference.push_back(id);
    if (i % 1000 != 499) hypothesis.push_back(id);
    if (i % 1000 == 998) hypothesis.push_back(-1);
  }
  EXPECT_EQ(EditAligner().Count(reference, hypothesis), (EditCounts{199'800, 0, 200, 200}));
}

}  // namespace
}  // namespace frazo::align
