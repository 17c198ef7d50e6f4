#include "core/text/vocabulary.h"

#include <string>

#include "core/bytes/testing/scratch_folder.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::HasSubstr;

uint64_t FingerprintOf(std::string_view content) {
  const auto vocabulary = Vocabulary::Parse(content, Vocabulary::Texts::kAny, "v");
  EXPECT_THAT(vocabulary, IsOk());
  numeric::Fingerprint fingerprint;
  vocabulary->AddTo(&fingerprint);
  return fingerprint.value();
}

void ExpectRefused(std::string_view content, std::string_view message) {
  EXPECT_THAT(Vocabulary::Parse(content, Vocabulary::Texts::kAny, "words.txt"),
              StatusIs(absl::StatusCode::kInvalidArgument, testing::StrEq(std::string(message))));
}

TEST(VocabularyTest, ATokenALineHasTheLinesNumber) {
  const auto vocabulary = Vocabulary::Parse("<unk>\na b\n\u00e9", Vocabulary::Texts::kAny, "v");
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->size(), 3);
  EXPECT_EQ(vocabulary->Find("a b"), 1);
  EXPECT_EQ(vocabulary->token(2), "\u00e9");
  EXPECT_EQ(vocabulary->Find("a"), Vocabulary::kNone);
}

TEST(VocabularyTest, TokensWithIdsMayStandInAnyOrder) {
  const auto vocabulary = Vocabulary::Parse("b\t2\na\t0\n\t\t1\n", Vocabulary::Texts::kAny, "v");
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->Find("a"), 0);
  EXPECT_EQ(vocabulary->Find("\t"), 1);
  EXPECT_EQ(vocabulary->Find("b"), 2);
}

TEST(VocabularyTest, IdsCountOnlyIfEveryLineHasOne) {
  const auto vocabulary = Vocabulary::Parse("b\t1\na\n", Vocabulary::Texts::kAny, "v");
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->Find("b\t1"), 0);
  EXPECT_EQ(vocabulary->Find("a"), 1);
  // If the last column is not a plain number, it belongs to the token.
  for (const std::string_view line : {"a\t-1", "a\t+0", "a\t 0", "a\t0x", "a\t", "\t0"}) {
    const auto one = Vocabulary::Parse(line, Vocabulary::Texts::kAny, "v");
    ASSERT_THAT(one, IsOk());
    EXPECT_EQ(one->token(0), line);
  }
}

TEST(VocabularyTest, LinesMayEndInCrLf) {
  // The last line may lack its end, or the LF of its end.
  for (const std::string_view content : {"a\r\nb\r\n", "a\r\nb", "a\r\nb\r"}) {
    const auto vocabulary = Vocabulary::Parse(content, Vocabulary::Texts::kAny, "v");
    ASSERT_THAT(vocabulary, IsOk());
    EXPECT_EQ(vocabulary->Find("a"), 0);
    EXPECT_EQ(vocabulary->Find("b"), 1);
  }
  // If the other lines end in LF, a CR alone is a token.
  const auto mixed = Vocabulary::Parse("a\n\r\n", Vocabulary::Texts::kAny, "v");
  ASSERT_THAT(mixed, IsOk());
  EXPECT_EQ(mixed->Find("\r"), 1);
}

TEST(VocabularyTest, AMixtureOfLineEndsIsRefused) {
  ExpectRefused(
      "a\r\nb\r\nc\nd\r\n",
      "'words.txt':3: the line ends in LF, but line 1 in CR LF; let all lines end in LF, as "
      "by sed -i 's/\\r$//'");
  ExpectRefused(
      "a\nb\r\n",
      "'words.txt':2: the line ends in CR LF, but line 1 in LF; let all lines end in LF, as "
      "by sed -i 's/\\r$//'");
}

TEST(VocabularyTest, AByteOrderMarkIsNoPartOfTheFirstToken) {
  const auto vocabulary =
      Vocabulary::Parse("\xef\xbb\xbf<s>\n</s>\n", Vocabulary::Texts::kAny, "v");
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->sos_id(), 0);
  ExpectRefused("\xef\xbb\xbf", "'words.txt' is empty; a vocabulary has one token a line");
}

TEST(VocabularyTest, WhatIsNoUtf8TextIsNamed) {
  ExpectRefused(std::string_view("\xff\xfe<\0s\0>\0\n\0", 10),
                "'words.txt' is UTF-16; convert it to UTF-8, as by iconv -f UTF-16 -t UTF-8");
  ExpectRefused("\x1f\x8b\x08", "'words.txt' is compressed with gzip; unpack it, as by gunzip");
}

TEST(VocabularyTest, WordsHaveNoBlanks) {
  const auto refused = [](std::string_view content, std::string_view message) {
    EXPECT_THAT(Vocabulary::Parse(content, Vocabulary::Texts::kWords, "words.txt"),
                StatusIs(absl::StatusCode::kInvalidArgument, testing::StrEq(std::string(message))));
  };
  refused("<unk>\n<s>\n</s>\nopen 812\nthe 640\n",
          "'words.txt':4: 'open 812' has a blank, as no word has; if 812 is a count or a score, "
          "write the tokens alone, as by cut -d' ' -f1");
  refused(
      "<unk>\t0\nopen\t-3.2\n",
      "'words.txt':1: '<unk>\\t0' has a blank, as no word has; if 0 is a count or a score, write "
      "the tokens alone, as by cut -f1");
  refused("a\nb c\n", "'words.txt':2: 'b c' has a blank, as no word has; write one word a line");
  refused("b c\t0\n", "'words.txt':1: 'b c' has a blank, as no word has; write one word a line");
  EXPECT_THAT(Vocabulary::Parse("a\t1\nb\t0\n", Vocabulary::Texts::kWords, "v"), IsOk());
}

TEST(VocabularyTest, SpecialTokensAreKnownByName) {
  const auto lower = Vocabulary::Parse("</s>\n<s>\na\n<unk>\n", Vocabulary::Texts::kAny, "v");
  ASSERT_THAT(lower, IsOk());
  EXPECT_EQ(lower->eos_id(), 0);
  EXPECT_EQ(lower->sos_id(), 1);
  EXPECT_EQ(lower->unk_id(), 3);
  const auto upper = Vocabulary::Parse("a\n<UNK>\n</S>\n", Vocabulary::Texts::kAny, "v");
  ASSERT_THAT(upper, IsOk());
  EXPECT_EQ(upper->unk_id(), 1);
  EXPECT_EQ(upper->sos_id(), Vocabulary::kNone);
  EXPECT_EQ(upper->eos_id(), 2);
}

TEST(VocabularyTest, ErrorsNameTheFileAndTheLine) {
  ExpectRefused("", "'words.txt' is empty; a vocabulary has one token a line");
  ExpectRefused("a\n\nb\n", "'words.txt':2: the line is empty; a vocabulary has one token a line");
  ExpectRefused("a\nb\nc\nb\n",
                "'words.txt':4: token 'b' is that of line 2 already; remove one of them");
  ExpectRefused("b\t1\na\t0\nb\t2\n",
                "'words.txt':3: token 'b' is that of line 1 already; remove one of them");
  ExpectRefused("a\t0\nb\t1\nc\t1\n",
                "'words.txt':3: id 1 is that of line 2 already; number the tokens from 0, each "
                "once; if the numbers are counts, write the tokens alone, as by cut -f1");
  ExpectRefused("a\t0\nb\t3\nc\t1\n",
                "'words.txt':2: id 3 leaves a gap: no line has id 2; number the 3 tokens from 0 to "
                "2; if the numbers are counts, write the tokens alone, as by cut -f1");
  ExpectRefused("ab\nc\xe9\n",
                "'words.txt':2: byte 2 of the line, 0xe9, is not UTF-8; convert the file to UTF-8");
  ExpectRefused("<unk>\n<S>\n",
                "'words.txt' has special tokens of two kinds, '<unk>' and '<S>'; name them all in "
                "lower or all in upper case");
}

TEST(VocabularyTest, FilesAreReadWhole) {
  bytes::ScratchFolder scratch;
  std::string content;
  for (int i = 0; i < 300'000; ++i) content += "token" + std::to_string(i) + "\n";
  const auto vocabulary =
      Vocabulary::Load(scratch.Write("words", content), Vocabulary::Texts::kAny);
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->size(), 300'000);
  EXPECT_EQ(vocabulary->Find("token299999"), 299'999);
}

TEST(VocabularyTest, AFileThatIsNotThereIsNamed) {
  bytes::ScratchFolder scratch;
  EXPECT_THAT(Vocabulary::Load(scratch.Path("none"), Vocabulary::Texts::kAny),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(scratch.Path("none"))));
  EXPECT_THAT(Vocabulary::Load(scratch.Path(""), Vocabulary::Texts::kAny),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(scratch.Path(""))));
}

TEST(VocabularyTest, TheFingerprintIsOfTheMeaningNotTheForm) {
  EXPECT_EQ(FingerprintOf("a\nb\n"), FingerprintOf("b\t1\r\na\t0\r\n"));
  EXPECT_NE(FingerprintOf("a\nb\n"), FingerprintOf("b\na\n"));
  EXPECT_NE(FingerprintOf("ab\nc\n"), FingerprintOf("a\nbc\n"));
  EXPECT_NE(FingerprintOf("a\n"), FingerprintOf("a\nb\n"));
}

}  // namespace
}  // namespace frazo::text
