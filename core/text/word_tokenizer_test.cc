#include "core/text/word_tokenizer.h"

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
using ::testing::IsEmpty;

class WordTokenizerTest : public testing::Test {
 protected:
  std::unique_ptr<const Tokenizer> Create(std::string_view vocabulary,
                                          frazo::Tokenizer config = frazo::Tokenizer()) {
    config.mutable_word()->set_vocabulary(scratch_.Write("v", vocabulary));
    auto tokenizer = CreateWordTokenizer(config);
    EXPECT_THAT(tokenizer, IsOk());
    return *std::move(tokenizer);
  }

  bytes::ScratchFolder scratch_;
};

TEST_F(WordTokenizerTest, WordsBetweenBlanks) {
  const auto tokenizer = Create("<unk>\n<s>\n</s>\nthe\n\u00e9t\u00e9\n");
  const Encoded encoded = Encode(*tokenizer, " the\t\u00e9t\u00e9 THE\n");
  EXPECT_THAT(encoded.ids, ElementsAre(3, 4, 0));
  EXPECT_THAT(encoded.spans, ElementsAre(TokenSpan{1, 4}, TokenSpan{5, 10}, TokenSpan{11, 14}));
  EXPECT_THAT(tokenizer->Decode(encoded.ids), IsOkAndHolds("the \u00e9t\u00e9 <unk>"));
  EXPECT_THAT(Ids(*tokenizer, " \n"), IsEmpty());
  EXPECT_THAT(tokenizer->Decode({}), IsOkAndHolds(""));
}

TEST_F(WordTokenizerTest, EncodeAppends) {
  const auto tokenizer = Create("<unk>\n<s>\n</s>\nthe\n");
  std::vector<int32_t> ids = {7};
  EXPECT_EQ(tokenizer->Encode("the", &ids), 0);
  EXPECT_THAT(ids, ElementsAre(7, 3));
}

TEST_F(WordTokenizerTest, InvalidBytesAreCountedAndReadAsReplacementCharacters) {
  const auto without = Create("<unk>\n<s>\n</s>\na\n");
  EXPECT_THAT(Ids(*without, "a\xff a \xe1\x80z\xff"), ElementsAre(0, 3, 0));
  EXPECT_EQ(Encode(*without, "a\xff a \xe1\x80z\xff").invalid, 3);
  const auto with = Create("<unk>\n<s>\n</s>\na\ufffd\n");
  EXPECT_THAT(Ids(*with, "a\xff a \xe1\x80z"), ElementsAre(3, 0, 0));
}

TEST_F(WordTokenizerTest, TheNamesOfStartAndEndAreUnknownWords) {
  const auto tokenizer = Create("a\n</s>\n<s>\n<unk>\n");
  EXPECT_THAT(Ids(*tokenizer, "<s> a </s> <unk>"), ElementsAre(3, 0, 3, 3));
  EXPECT_THAT(tokenizer->Decode({2, 0, 0, 1}), IsOkAndHolds("a a"));
}

TEST_F(WordTokenizerTest, WithoutNamesTheFirstThreeServeAndStayWords) {
  const auto tokenizer = Create("a\nb\nc\n");
  EXPECT_EQ(tokenizer->unk_id(), 0);
  EXPECT_EQ(tokenizer->sos_id(), 1);
  EXPECT_EQ(tokenizer->eos_id(), 2);
  EXPECT_THAT(Ids(*tokenizer, "a b c d"), ElementsAre(0, 1, 2, 0));
  EXPECT_THAT(tokenizer->Decode({0, 1, 2}), IsOkAndHolds("a b c"));
}

TEST_F(WordTokenizerTest, TheConfigsIdsComeFirst) {
  frazo::Tokenizer config;
  config.set_unk_id(3);
  config.set_eos_id(4);
  const auto tokenizer = Create("<unk>\n<s>\n</s>\nother\nend\n", config);
  EXPECT_EQ(tokenizer->unk_id(), 3);
  EXPECT_EQ(tokenizer->sos_id(), 1);
  EXPECT_EQ(tokenizer->eos_id(), 4);
  EXPECT_THAT(Ids(*tokenizer, "x end </s>"), ElementsAre(3, 3, 2));
}

TEST_F(WordTokenizerTest, TextOfKnownWordsComesBack) {
  const std::vector<std::string> words = {
      "a", "the", "\u00e9t\u00e9", "\u65e5\u672c\u8a9e", "x\u00a0y", "\ufffd"};
  std::string vocabulary = "<unk>\n<s>\n</s>\n";
  for (const std::string& word : words) vocabulary += word + "\n";
  const auto tokenizer = Create(vocabulary);
  std::mt19937 random(TestSeed(1));
  for (int i = 0; i < TestExamples(1000); ++i) {
    std::string text;
    for (size_t count = random() % 10; count > 0; --count) {
      text += (text.empty() ? "" : " ") + words[random() % words.size()];
    }
    ASSERT_THAT(tokenizer->Decode(Ids(*tokenizer, text)), IsOkAndHolds(text));
  }
}

TEST_F(WordTokenizerTest, AnyBytesAreTaken) {
  const auto tokenizer = Create("<unk>\n<s>\n</s>\na\n\ufffd\n");
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
