#include "core/text/sentencepiece/sentencepiece_bpe_divider.h"

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/testing/test_variation.h"
#include "core/text/sentencepiece/testing/sentencepiece_models.h"
#include "core/text/testing/random_text.h"
#include "core/text/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::ElementsAre;
using Parts = std::vector<std::string>;

Parts Divide(const SentencePieceModel& model, std::string_view text) {
  TokenIndex pieces;
  std::vector<ByteTrie::Entry> user_defined;
  for (const auto& piece : model.pieces()) {
    if (piece.type() == SentencePieceModel::USER_DEFINED) {
      user_defined.push_back({piece.text(), pieces.size()});
    }
    pieces.Add(piece.text());
  }
  const SentencePieceBpeDivider divider(model, pieces, ByteTrie(user_defined));
  Parts parts;
  // The second time the division comes from the cache.
  for (int i = 0; i < 2; ++i) {
    std::vector<WordPiece> divided;
    divider.Divide(text, &divided);
    parts.clear();
    int64_t begin = 0;
    for (const WordPiece& piece : divided) {
      parts.emplace_back(text.substr(begin, piece.end - begin));
      begin = piece.end;
    }
    EXPECT_EQ(begin, text.size());
  }
  return parts;
}

SentencePieceModel Model(const std::vector<std::pair<std::string, float>>& pieces) {
  return SmallModel(SentencePieceModel::BPE, pieces);
}

TEST(SentencePieceBpeDividerTest, TheBestScoreIsJoinedFirst) {
  const SentencePieceModel model = Model({{"bc", 0}, {"ab", -1}, {"bcd", -2}});
  EXPECT_THAT(Divide(model, "abcd"), ElementsAre("a", "bcd"));
  EXPECT_THAT(Divide(model, "abab"), ElementsAre("ab", "ab"));
}

TEST(SentencePieceBpeDividerTest, EqualScoresAreJoinedFromTheLeft) {
  EXPECT_THAT(Divide(Model({{"ab", -1}, {"bc", -1}}), "abc"), ElementsAre("ab", "c"));
}

TEST(SentencePieceBpeDividerTest, UserDefinedPiecesAreNeitherDividedNorJoined) {
  SentencePieceModel model = Model({{"ab", 0}, {"ba", -1}, {"aba", -2}});
  AddPiece(SentencePieceModel::USER_DEFINED, "ba", &model);
  model.mutable_pieces(4)->set_text("cc");
  EXPECT_THAT(Divide(model, "abab"), ElementsAre("a", "ba", "b"));
}

TEST(SentencePieceBpeDividerTest, AnUnusedPieceIsDividedIntoWhatItWasMadeOf) {
  SentencePieceModel model = Model({{"ab", 0}, {"abc", -1}, {"abcd", -2}});
  model.mutable_pieces(5)->set_type(SentencePieceModel::UNUSED);
  EXPECT_THAT(Divide(model, "abcd"), ElementsAre("abc", "d"));
  model.mutable_pieces(4)->set_type(SentencePieceModel::UNUSED);
  EXPECT_THAT(Divide(model, "abcd"), ElementsAre("ab", "c", "d"));
  model.mutable_pieces(5)->set_type(SentencePieceModel::NORMAL);
  EXPECT_THAT(Divide(model, "abcd"), ElementsAre("abcd"));
  EXPECT_THAT(Divide(model, "abc"), ElementsAre("ab", "c"));
}

TEST(SentencePieceBpeDividerTest, BlanksJoinAcrossWordsOnlyWherePiecesDo) {
  const SentencePieceModel inside = Model({{"\u2581a", 0}, {"\u2581\u2581", -1}, {"a\u2581", -2}});
  EXPECT_THAT(Divide(inside, "\u2581a\u2581\u2581a"), ElementsAre("\u2581a", "\u2581", "\u2581a"));
  EXPECT_THAT(Divide(inside, "aa\u2581b"), ElementsAre("a", "a\u2581", "b"));
  const SentencePieceModel at_start = Model({{"\u2581a", 0}, {"\u2581\u2581", -1}});
  EXPECT_THAT(Divide(at_start, "\u2581a\u2581\u2581\u2581ab"),
              ElementsAre("\u2581a", "\u2581\u2581", "\u2581a", "b"));
}

// Joins the best pair of all, the leftmost of equals, until there is none.
Parts DivideSlowly(const std::map<std::string, float>& scores, std::string_view text) {
  Parts symbols;
  while (!text.empty()) {
    const size_t length = DecodeUtf8(text).length;
    symbols.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  while (true) {
    size_t best = symbols.size();
    float best_score = 0;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto found = scores.find(symbols[i] + symbols[i + 1]);
      if (found == scores.end()) continue;
      if (best == symbols.size() || found->second > best_score) {
        best = i;
        best_score = found->second;
      }
    }
    if (best == symbols.size()) return symbols;
    symbols[best] += symbols[best + 1];
    symbols.erase(symbols.begin() + best + 1);
  }
}

TEST(SentencePieceBpeDividerTest, AgreesWithTheDefinitionOnRandomModelsAndTexts) {
  std::mt19937 random(TestSeed(1));
  for (int round = 0; round < TestExamples(200); ++round) {
    const bool with_inner_blanks = round % 2 == 0;
    Parts symbols = {"a", "b", "\u00e9", "\u2581"};
    std::map<std::string, float> scores;
    for (int i = 0; i < 12; ++i) {
      const std::string joined =
          symbols[random() % symbols.size()] + symbols[random() % symbols.size()];
      if (!with_inner_blanks && joined.find("\u2581", 1) != std::string::npos) continue;
      // Some scores come twice.
      if (scores.emplace(joined, -static_cast<float>(random() % 10)).second) {
        symbols.push_back(joined);
      }
    }
    const SentencePieceModel model = Model({scores.begin(), scores.end()});
    for (int i = 0; i < 20; ++i) {
      const std::string text = RandomText({"a", "b", "\u00e9", "\u2581"}, 14, &random);
      ASSERT_EQ(Divide(model, text), DivideSlowly(scores, text)) << text;
    }
  }
}

}  // namespace
}  // namespace frazo::text
