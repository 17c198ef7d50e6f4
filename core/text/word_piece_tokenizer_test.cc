#include "core/text/word_piece_tokenizer.h"

#include <random>
#include <string>
#include <vector>

#include "core/bytes/testing/scratch_folder.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "core/text/testing/encoded.h"
#include "core/text/testing/random_text.h"
#include "core/text/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WordPieceTokenizerTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<const Tokenizer>> TryToCreate(std::string_view vocabulary) {
    frazo::Tokenizer config;
    config.mutable_word_piece()->set_vocabulary(scratch_.Write("small.voc", vocabulary));
    return CreateWordPieceTokenizer(config);
  }
  std::unique_ptr<const Tokenizer> Create(std::string_view vocabulary) {
    auto tokenizer = TryToCreate(vocabulary);
    EXPECT_THAT(tokenizer, IsOk());
    return *std::move(tokenizer);
  }

  bytes::ScratchFolder scratch_;
};

// The ids are the numbers of the lines: \u2581 is 3, a 4, ..., \u2581ab 10.
constexpr std::string_view kPieces =
    "<unk>\n<s>\n</s>\n\u2581\na\nb\nc\nab\nbc\n\u2581a\n\u2581ab\nabc\n";

TEST_F(WordPieceTokenizerTest, TheBestPieceIsJoinedFirst) {
  const auto tokenizer = Create(kPieces);
  // \u2581 a b: ab (7) comes before \u2581a (9), and then \u2581ab (10).
  EXPECT_THAT(Pieces(*tokenizer, "ab"), ElementsAre("\u2581ab"));
  // \u2581 a b c: ab (7) comes before bc (8), then \u2581ab (10) before abc (11).
  EXPECT_THAT(Pieces(*tokenizer, "abc"), ElementsAre("\u2581ab", "c"));
  EXPECT_THAT(Pieces(*tokenizer, "a bc"), ElementsAre("\u2581a", "\u2581", "bc"));
  // \u2581 b a b c: ab is joined, then there is no c to join with b, and abc is a piece.
  EXPECT_THAT(Pieces(*tokenizer, "babc"), ElementsAre("\u2581", "b", "abc"));
}

TEST_F(WordPieceTokenizerTest, OfEqualPiecesTheFirstIsJoinedFirst) {
  const auto tokenizer = Create("<unk>\n<s>\n</s>\n\u2581\na\naa\n");
  EXPECT_THAT(Pieces(*tokenizer, "aaa"), ElementsAre("\u2581", "aa", "a"));
}

TEST_F(WordPieceTokenizerTest, SpansAndUnknownCharacters) {
  const auto tokenizer = Create(kPieces);
  const Encoded encoded = Encode(*tokenizer, " ab\tx\u00e9b");
  // \u2581ab, then \u2581, two characters without a piece, b.
  EXPECT_THAT(encoded.ids, ElementsAre(10, 3, 0, 0, 5));
  EXPECT_THAT(encoded.spans, ElementsAre(TokenSpan{1, 3}, TokenSpan{4, 4}, TokenSpan{4, 5},
                                         TokenSpan{5, 7}, TokenSpan{7, 8}));
  EXPECT_THAT(tokenizer->Decode(encoded.ids), IsOkAndHolds("ab <unk><unk>b"));
  EXPECT_THAT(Ids(*tokenizer, " \n"), IsEmpty());
}

TEST_F(WordPieceTokenizerTest, InvalidBytesAreCountedAndReadAsReplacementCharacters) {
  const auto tokenizer = Create("<unk>\n<s>\n</s>\n\u2581\na\n\ufffd\na\ufffd\n");
  const Encoded encoded = Encode(*tokenizer, "a\xff \xe1\x80");
  EXPECT_EQ(encoded.invalid, 2);
  EXPECT_THAT(encoded.ids, ElementsAre(3, 6, 3, 5));
  EXPECT_THAT(encoded.spans,
              ElementsAre(TokenSpan{0, 0}, TokenSpan{0, 2}, TokenSpan{3, 3}, TokenSpan{3, 5}));
}

TEST_F(WordPieceTokenizerTest, TheStartAndTheEndOfASentenceAreNoText) {
  const auto tokenizer = Create("<unk>\n<s>\n</s>\n\u2581\n<\n>\ns\n/\n<s\n</\n</s\n\u2581a\n");
  for (const int32_t id : Ids(*tokenizer, "<s> </s> <unk>")) EXPECT_NE(id, tokenizer->sos_id());
  EXPECT_THAT(tokenizer->Decode({1, 11, 2}), IsOkAndHolds("a"));
}

TEST_F(WordPieceTokenizerTest, WhatFollowsATabDoesNotCount) {
  const auto tokenizer = Create("<unk>\t0\r\n<s>\t0\r\n</s>\t-1.5\r\n\u2581\r\n\u2581a\t7\t8\r\n");
  EXPECT_EQ(tokenizer->vocab_size(), 5);
  EXPECT_THAT(tokenizer->IdToPiece(4), IsOkAndHolds("\u2581a"));
}

TEST_F(WordPieceTokenizerTest, AWrongFileIsNamedWithTheLine) {
  EXPECT_THAT(TryToCreate("<unk>\n<s>\n</s>\n\ta\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("small.voc':4: the line is empty; a vocabulary has one token")));
  EXPECT_THAT(TryToCreate("<unk>\n<s>\n</s>\na\t1\na\t2\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("small.voc':5: token 'a' is that of line 4 already")));
}

TEST_F(WordPieceTokenizerTest, TextOfKnownCharactersComesBack) {
  const auto tokenizer = Create(kPieces);
  std::mt19937 random(TestSeed(1));
  for (int i = 0; i < TestExamples(2000); ++i) {
    std::string text;
    for (size_t count = random() % 12; count > 0; --count) {
      // No blank at the start, and none beside another.
      const bool may_be_blank = !text.empty() && text.back() != ' ' && count > 1;
      text += "abc "[random() % (may_be_blank ? 4 : 3)];
    }
    ASSERT_THAT(tokenizer->Decode(Ids(*tokenizer, text)), IsOkAndHolds(text));
  }
}

TEST_F(WordPieceTokenizerTest, AnyBytesAreTaken) {
  const auto tokenizer = Create(kPieces);
  std::mt19937 random(TestSeed(2));
  for (int i = 0; i < TestExamples(5000); ++i) {
    const std::string text = RandomBytes(12, &random);
    const Encoded encoded = Encode(*tokenizer, text);
    ASSERT_EQ(encoded.ids.size(), encoded.spans.size());
    std::string valid;
    ASSERT_EQ(encoded.invalid, AppendValidUtf8(text, &valid));
    ASSERT_EQ(encoded.ids, Ids(*tokenizer, valid));
  }
}

}  // namespace
}  // namespace frazo::text
