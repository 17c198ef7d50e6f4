#include "core/align/text_aligner.h"

#include <string>
#include <vector>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::align {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(TextAlignerTest, CountsWordsOrCharacters) {
  TextAligner words(Unit::kWords);
  EXPECT_THAT(words.Count("the cat sat", "the  bat sat down"),
              IsOkAndHolds(EditCounts{2, 1, 0, 1}));
  EXPECT_THAT(words.reference_units(), ElementsAre("the", "cat", "sat"));
  EXPECT_THAT(words.hypothesis_units(), ElementsAre("the", "bat", "sat", "down"));
  // 11 characters of which one differs, and " down" is new.
  TextAligner characters(Unit::kCharacters);
  EXPECT_THAT(characters.Count("the cat sat", "the  bat sat down"),
              IsOkAndHolds(EditCounts{10, 1, 0, 5}));
}

TEST(TextAlignerTest, PairsDoNotDependOnPairsBefore) {
  TextAligner aligner(Unit::kWords);
  // More different words than are remembered.
  std::string many;
  for (int i = 0; i < 40'000; ++i) many += " w" + std::to_string(i);
  EXPECT_THAT(aligner.Count("a b", many), IsOkAndHolds(EditCounts{0, 2, 0, 39'998}));
  // b is new, a is a, and w7 stands for b.
  EXPECT_THAT(aligner.Count("a b", "b a w7"), IsOkAndHolds(EditCounts{1, 1, 0, 1}));
  std::vector<Edit> edits;
  EXPECT_THAT(aligner.Align("a b c", "a c", &edits), IsOkAndHolds(EditCounts{2, 0, 1, 0}));
  EXPECT_THAT(edits, ElementsAre(Edit::kMatch, Edit::kDeletion, Edit::kMatch));
}

TEST(CountEditsTest, ThreadsChangeNothing) {
  std::vector<std::string> texts;
  for (int i = 0; i < 2'000; ++i) texts.push_back(std::string(i % 5, 'x') + " y");
  std::vector<TextPair> pairs;
  for (int i = 0; i + 1 < 2'000; ++i) pairs.push_back({texts[i], texts[i + 1]});
  for (const int threads : {1, 3, 50}) {
    const auto counts = CountEdits(pairs, Unit::kWords, threads);
    ASSERT_THAT(counts, IsOkAndHolds(SizeIs(1'999)));
    // "y" and "x y", "x y" and "xx y", .., "xxxx y" and "y".
    for (int i = 0; i < 1'999; ++i) {
      const EditCounts expected = i % 5 == 0   ? EditCounts{1, 0, 0, 1}
                                  : i % 5 == 4 ? EditCounts{1, 0, 1, 0}
                                               : EditCounts{1, 1, 0, 0};
      ASSERT_EQ((*counts)[i], expected) << i;
    }
  }
  EXPECT_THAT(CountEdits({}, Unit::kWords, 2), IsOkAndHolds(SizeIs(0)));
}

TEST(CountEditsTest, ThreadsAreAtLeastOne) {
  EXPECT_THAT(CountEdits({}, Unit::kWords, 0),
              StatusIs(absl::StatusCode::kInvalidArgument, "threads is 0 but must be at least 1"));
}

}  // namespace
}  // namespace frazo::align
