#include "core/text/grapheme_tokenizer.h"

#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "core/bytes/testing/scratch_folder.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "core/text/testing/encoded.h"
#include "core/text/testing/random_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

using TokenizerPtr = std::unique_ptr<const Tokenizer>;

TokenizerPtr DefaultTable() {
  frazo::Tokenizer config;
  config.mutable_grapheme();
  auto tokenizer = CreateGraphemeTokenizer(config);
  EXPECT_THAT(tokenizer, IsOk());
  return *std::move(tokenizer);
}

absl::StatusOr<TokenizerPtr> WithVocabulary(const std::string& path) {
  frazo::Tokenizer config;
  config.mutable_grapheme()->set_vocabulary(path);
  return CreateGraphemeTokenizer(config);
}

// Other runtimes use the same ids for this table.
TEST(GraphemeTokenizerTest, TheDefaultTableHasTheKnownIds) {
  const TokenizerPtr tokenizer = DefaultTable();
  EXPECT_EQ(tokenizer->vocab_size(), 76);
  EXPECT_EQ(tokenizer->unk_id(), 0);
  EXPECT_EQ(tokenizer->sos_id(), 1);
  EXPECT_EQ(tokenizer->eos_id(), 2);
  std::vector<int32_t> from_3(73);
  std::iota(from_3.begin(), from_3.end(), 3);
  EXPECT_THAT(Ids(*tokenizer,
                  " <noise>abcdefghijklmnopqrstuvwxyz.'-:!~`;0123456789\"#$%&()*+,/<=>?@[\\]^_{|}"
                  "<epsilon><text_only><sorw>"),
              ElementsAreArray(from_3));
}

TEST(GraphemeTokenizerTest, LettersAreReadInLowerCaseAndOthersAreUnknown) {
  const TokenizerPtr tokenizer = DefaultTable();
  const Encoded encoded = Encode(*tokenizer, "Az\u00e9\n");
  EXPECT_THAT(encoded.ids, ElementsAre(5, 30, 0, 0));
  EXPECT_THAT(encoded.spans,
              ElementsAre(TokenSpan{0, 1}, TokenSpan{1, 2}, TokenSpan{2, 4}, TokenSpan{4, 5}));
  EXPECT_EQ(encoded.invalid, 0);
  EXPECT_THAT(tokenizer->Decode(encoded.ids), IsOkAndHolds("az<unk><unk>"));
}

TEST(GraphemeTokenizerTest, NamesAreReadInLowerCaseToo) {
  const TokenizerPtr tokenizer = DefaultTable();
  const Encoded encoded = Encode(*tokenizer, "<NOISE>A<Text_Only><NOISE");
  // The last name has no end: < is 60, n 18, o 19, i 13, s 23, e 9.
  EXPECT_THAT(encoded.ids, ElementsAre(4, 5, 74, 60, 18, 19, 13, 23, 9));
  EXPECT_EQ(encoded.spans[0], (TokenSpan{0, 7}));
  EXPECT_EQ(encoded.spans[2], (TokenSpan{8, 19}));
  EXPECT_THAT(tokenizer->Decode({4, 5, 74}), IsOkAndHolds("<noise>a<text_only>"));
  EXPECT_THAT(Parts(*tokenizer, "</S><UNK>"), ElementsAre("<", "/", "S", ">", "<UNK>"));
}

TEST(GraphemeTokenizerTest, InvalidBytesAreUnknownAndCounted) {
  const Encoded encoded = Encode(*DefaultTable(), "a\xe1\x80\xff");
  EXPECT_THAT(encoded.ids, ElementsAre(5, 0, 0));
  EXPECT_THAT(encoded.spans, ElementsAre(TokenSpan{0, 1}, TokenSpan{1, 3}, TokenSpan{3, 4}));
  EXPECT_EQ(encoded.invalid, 2);
}

TEST(GraphemeTokenizerTest, TheEndOfASentenceIsNeverReadFromText) {
  const TokenizerPtr tokenizer = DefaultTable();
  EXPECT_THAT(Parts(*tokenizer, "</s><unk><s>"),
              ElementsAre("<", "/", "s", ">", "<unk>", "<", "s", ">"));
  EXPECT_THAT(tokenizer->Decode({1, 5, 2, 2}), IsOkAndHolds("a"));
}

TEST(GraphemeTokenizerTest, TextOfTheTableComesBack) {
  const TokenizerPtr tokenizer = DefaultTable();
  std::vector<std::string> parts;
  for (int32_t id = 3; id < 76; ++id) parts.emplace_back(*tokenizer->IdToPiece(id));
  parts.push_back("</s>");
  parts.push_back("<");
  std::mt19937 random(TestSeed(1));
  for (int i = 0; i < TestExamples(2000); ++i) {
    const std::string text = RandomText(parts, 30, &random);
    ASSERT_THAT(tokenizer->Decode(Ids(*tokenizer, text)), IsOkAndHolds(text));
  }
}

TEST(GraphemeTokenizerTest, AVocabularyOfOnesOwnKeepsCase) {
  bytes::ScratchFolder scratch;
  const auto tokenizer =
      WithVocabulary(scratch.Write("v", "<unk>\n<s>\n</s>\n \na\nA\n\u65e5\n<laugh>\n<laugh>>\n"));
  ASSERT_THAT(tokenizer, IsOk());
  EXPECT_THAT(Ids(**tokenizer, "aA \u65e5<laugh>>b"), ElementsAre(4, 5, 3, 6, 8, 0));
  // < L u g h > are not in the vocabulary.
  EXPECT_THAT(Ids(**tokenizer, "<Laugh>"), ElementsAre(0, 0, 4, 0, 0, 0, 0));
}

TEST(GraphemeTokenizerTest, EveryCodePointOfTheVocabularyComesBack) {
  std::string vocabulary = "<unk>\n<s>\n</s>\n";
  const std::string text = "\u00e9\u65e5\U0001f600\ufffd \tx";
  for (const std::string_view character :
       {"\u00e9", "\u65e5", "\U0001f600", "\ufffd", " ", "\t", "x"}) {
    vocabulary.append(character).append("\n");
  }
  bytes::ScratchFolder scratch;
  const auto tokenizer = WithVocabulary(scratch.Write("v", vocabulary));
  ASSERT_THAT(tokenizer, IsOk());
  EXPECT_THAT((*tokenizer)->Decode(Ids(**tokenizer, text)), IsOkAndHolds(text));
  // Invalid bytes come back as U+FFFD, as which they were read.
  EXPECT_THAT((*tokenizer)->Decode(Ids(**tokenizer, "x\xff")), IsOkAndHolds("x\ufffd"));
}

TEST(GraphemeTokenizerTest, SpansCoverAnyTextWithoutGaps) {
  const TokenizerPtr tokenizer = DefaultTable();
  std::mt19937 random(TestSeed(3));
  for (int i = 0; i < TestExamples(2000); ++i) {
    const std::string text = RandomBytes(20, &random);
    int64_t end = 0;
    for (const TokenSpan& span : Encode(*tokenizer, text).spans) {
      ASSERT_EQ(span.begin, end);
      ASSERT_GT(span.end, end);
      end = span.end;
    }
    ASSERT_EQ(end, text.size());
  }
}

TEST(GraphemeTokenizerTest, ATokenOfSeveralCharactersIsRefused) {
  bytes::ScratchFolder scratch;
  EXPECT_THAT(WithVocabulary(scratch.Write("v", "<unk>\n<s>\n</s>\nab\n")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("v': token 'ab' with id 3 is neither one character nor a name in "
                                 "<>; a grapheme tokenizer needs a vocabulary of characters")));
}

}  // namespace
}  // namespace frazo::text
