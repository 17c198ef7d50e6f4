#include "core/text/sentencepiece/unigram_divider.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/testing/test_variation.h"
#include "core/text/sentencepiece/testing/sentencepiece_models.h"
#include "core/text/testing/random_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Parts = std::vector<std::string>;

std::vector<WordPiece> Divide(const UnigramDivider& divider, std::string_view text) {
  std::vector<WordPiece> pieces;
  divider.Divide(text, &pieces);
  return pieces;
}

Parts DivideIntoParts(const SentencePieceModel& model, std::string_view text) {
  Parts parts;
  int64_t begin = 0;
  for (const WordPiece& piece : Divide(UnigramDivider(model), text)) {
    parts.emplace_back(text.substr(begin, piece.end - begin));
    begin = piece.end;
  }
  return parts;
}

TEST(UnigramDividerTest, TheMostProbableDivisionWins) {
  // ab c: -3 - 1 = -4; a bc: -1 - 4 = -5; a b c: -1 - 2.5 - 1 = -4.5.
  const SentencePieceModel model = SmallModel(
      SentencePieceModel::UNIGRAM, {{"a", -1}, {"b", -2.5}, {"c", -1}, {"ab", -3}, {"bc", -4}});
  EXPECT_THAT(DivideIntoParts(model, "abc"), ElementsAre("ab", "c"));
  EXPECT_THAT(DivideIntoParts(model, ""), IsEmpty());
}

TEST(UnigramDividerTest, ACharacterWithoutAPieceIsUnknown) {
  const SentencePieceModel model =
      SmallModel(SentencePieceModel::UNIGRAM, {{"a", -1}, {"\u00e9a", -2}});
  EXPECT_THAT(DivideIntoParts(model, "a\u00e9\u00e8a\u00e9a"),
              ElementsAre("a", "\u00e9", "\u00e8", "a", "\u00e9a"));
  const auto pieces = Divide(UnigramDivider(model), "\u00e8");
  ASSERT_EQ(pieces.size(), 1);
  EXPECT_EQ(pieces[0].id, 0);
}

TEST(UnigramDividerTest, UserDefinedPiecesComeFirstAndUnusedOnesNot) {
  SentencePieceModel model =
      SmallModel(SentencePieceModel::UNIGRAM, {{"a", -1}, {"b", -1}, {"abab", -1.5}});
  EXPECT_THAT(DivideIntoParts(model, "abab"), ElementsAre("abab"));
  AddPiece(SentencePieceModel::USER_DEFINED, "ba", &model);
  EXPECT_THAT(DivideIntoParts(model, "abab"), ElementsAre("abab"));
  EXPECT_THAT(DivideIntoParts(model, "bab"), ElementsAre("ba", "b"));
  model.mutable_pieces(5)->set_type(SentencePieceModel::UNUSED);
  EXPECT_THAT(DivideIntoParts(model, "abab"), ElementsAre("a", "ba", "b"));
}

TEST(UnigramDividerTest, OfEqualDivisionsTheOneWithTheLongestEndIsTaken) {
  // a aa and aa a have the same score; the division whose last piece starts first is met first.
  const SentencePieceModel model =
      SmallModel(SentencePieceModel::UNIGRAM, {{"a", -1}, {"aa", -1.5}});
  EXPECT_THAT(DivideIntoParts(model, "aaa"), ElementsAre("a", "aa"));
}

// Returns the best score of all divisions of `text`.
double BestScore(const std::map<std::string, float>& scores, std::string_view text) {
  if (text.empty()) return 0;
  double best = -1e9;
  for (size_t length = 1; length <= text.size(); ++length) {
    const auto found = scores.find(std::string(text.substr(0, length)));
    if (found == scores.end()) continue;
    best = std::max(best, found->second + BestScore(scores, text.substr(length)));
  }
  return best;
}

TEST(UnigramDividerTest, NoDivisionOfAnyIsBetter) {
  std::mt19937 random(TestSeed(1));
  const Parts letters = {"a", "b", "c"};
  for (int round = 0; round < TestExamples(200); ++round) {
    std::map<std::string, float> scores;
    for (const std::string& letter : letters) scores[letter] = -1.0f - random() % 100 / 10.0f;
    for (int i = 0; i < 10; ++i) {
      scores[RandomText(letters, 3, &random) + "a"] = -1.0f - random() % 100 / 10.0f;
    }
    const SentencePieceModel model =
        SmallModel(SentencePieceModel::UNIGRAM, {scores.begin(), scores.end()});
    const UnigramDivider divider(model);
    for (int i = 0; i < 10; ++i) {
      const std::string text = RandomText(letters, 10, &random);
      double score = 0;
      int64_t end = 0;
      for (const WordPiece& piece : Divide(divider, text)) {
        EXPECT_EQ(model.pieces(piece.id).text(), text.substr(end, piece.end - end));
        score += model.pieces(piece.id).score();
        end = piece.end;
      }
      ASSERT_EQ(end, text.size());
      ASSERT_NEAR(score, BestScore(scores, text), 1e-3) << text;
    }
  }
}

}  // namespace
}  // namespace frazo::text
