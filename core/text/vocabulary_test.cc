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
  const auto vocabulary = Vocabulary::Parse(content, "v");
  EXPECT_THAT(vocabulary, IsOk());
  numeric::Fingerprint fingerprint;
  vocabulary->AddTo(&fingerprint);
  return fingerprint.value();
}

void ExpectRefused(std::string_view content, std::string_view message) {
  EXPECT_THAT(Vocabulary::Parse(content, "words.txt"),
              StatusIs(absl::StatusCode::kInvalidArgument, testing::StrEq(std::string(message))));
}

TEST(VocabularyTest, ATokenALineHasTheLinesNumber) {
  const auto vocabulary = Vocabulary::Parse("<unk>\na b\n\u00e9", "v");
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->size(), 3);
  EXPECT_EQ(vocabulary->Find("a b"), 1);
  EXPECT_EQ(vocabulary->token(2), "\u00e9");
  EXPECT_EQ(vocabulary->Find("a"), Vocabulary::kNone);
}

TEST(VocabularyTest, TokensWithIdsMayStandInAnyOrder) {
  const auto vocabulary = Vocabulary::Parse("b\t2\na\t0\n\t\t1\n", "v");
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->Find("a"), 0);
  EXPECT_EQ(vocabulary->Find("\t"), 1);
  EXPECT_EQ(vocabulary->Find("b"), 2);
}

TEST(VocabularyTest, IdsCountOnlyIfEveryLineHasOne) {
  const auto vocabulary = Vocabulary::Parse("b\t1\na\n", "v");
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->Find("b\t1"), 0);
  EXPECT_EQ(vocabulary->Find("a"), 1);
  // If the last column is not a plain number, it belongs to the token.
  for (const std::string_view line : {"a\t-1", "a\t+0", "a\t 0", "a\t0x", "a\t", "\t0"}) {
    const auto one = Vocabulary::Parse(line, "v");
    ASSERT_THAT(one, IsOk());
    EXPECT_EQ(one->token(0), line);
  }
}

TEST(VocabularyTest, LinesMayEndInCrLf) {
  const auto vocabulary = Vocabulary::Parse("a\r\nb\r\n", "v");
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->Find("b"), 1);
  // If there is a single line, its CR belongs to its end; if other lines have no CR, it belongs to
  // the token.
  const auto mixed = Vocabulary::Parse("a\n\r\n", "v");
  ASSERT_THAT(mixed, IsOk());
  EXPECT_EQ(mixed->Find("\r"), 1);
}

TEST(VocabularyTest, SpecialTokensAreKnownByName) {
  const auto lower = Vocabulary::Parse("</s>\n<s>\na\n<unk>\n", "v");
  ASSERT_THAT(lower, IsOk());
  EXPECT_EQ(lower->eos_id(), 0);
  EXPECT_EQ(lower->sos_id(), 1);
  EXPECT_EQ(lower->unk_id(), 3);
  const auto upper = Vocabulary::Parse("a\n<UNK>\n</S>\n", "v");
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
                "once");
  ExpectRefused("a\t0\nb\t3\nc\t1\n",
                "'words.txt':2: id 3 leaves a gap: no line has id 2; number the 3 tokens from 0 to "
                "2");
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
  const auto vocabulary = Vocabulary::Load(scratch.Write("words", content));
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_EQ(vocabulary->size(), 300'000);
  EXPECT_EQ(vocabulary->Find("token299999"), 299'999);
}

TEST(VocabularyTest, AFileThatIsNotThereIsNamed) {
  bytes::ScratchFolder scratch;
  EXPECT_THAT(Vocabulary::Load(scratch.Path("none")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(scratch.Path("none"))));
  EXPECT_THAT(Vocabulary::Load(scratch.Path("")),
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
