#include "core/text/bpe/bpe_merges.h"

#include "core/bytes/testing/scratch_folder.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::HasSubstr;
using ::testing::StrEq;

void ExpectRefused(std::string_view content, std::string_view message) {
  EXPECT_THAT(BpeMerges::Parse(content, "merges"),
              StatusIs(absl::StatusCode::kInvalidArgument, StrEq(std::string(message))));
}

uint64_t FingerprintOf(std::string_view content) {
  const auto merges = BpeMerges::Parse(content, "m");
  EXPECT_THAT(merges, IsOk());
  numeric::Fingerprint fingerprint;
  merges->AddTo(&fingerprint);
  return fingerprint.value();
}

TEST(BpeMergesTest, LinesAreRanked) {
  const auto merges = BpeMerges::Parse("#version: 0.2\nt h\nth e</w>\n", "m");
  ASSERT_THAT(merges, IsOk());
  const auto symbol = [&](std::string_view text) { return merges->symbols().Find(text); };
  const BpeMerges::Merge* first = merges->Find(symbol("t"), symbol("h"));
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->rank, 0);
  EXPECT_EQ(merges->symbols().token(first->merged), "th");
  const BpeMerges::Merge* second = merges->Find(symbol("th"), symbol("e</w>"));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->rank, 1);
  EXPECT_EQ(merges->symbols().token(second->merged), "the</w>");
  EXPECT_EQ(merges->Find(symbol("h"), symbol("t")), nullptr);
  EXPECT_EQ(merges->Find(BpeMerges::kNone, symbol("t")), nullptr);
}

TEST(BpeMergesTest, ErrorsNameTheFileAndTheLine) {
  ExpectRefused("", "'merges' is empty; a file of merges has one `left right` a line");
  ExpectRefused("a b\nab\n", "'merges':2: 'ab' is not two symbols with one space between them");
  ExpectRefused("a b c\n", "'merges':1: 'a b c' is not two symbols with one space between them");
  ExpectRefused("a  b\n", "'merges':1: 'a  b' is not two symbols with one space between them");
  ExpectRefused("a b\n\n", "'merges':2: '' is not two symbols with one space between them");
  ExpectRefused("#version: 0.2\na b\nb c\na b\n",
                "'merges':4: 'a b' stands further up already; remove one of them");
  ExpectRefused(
      "e </w>\n",
      "'merges':1: </w> stands alone, as in files of version 0.1; learn the merges again, "
      "by build_vocab --kind=bpe or a newer subword-nmt");
  ExpectRefused("e</w> f\n", "'merges':1: 'e</w>' ends its word, so nothing can follow it");
  ExpectRefused("a \xff\n",
                "'merges':1: byte 3 of the line, 0xff, is not UTF-8; convert the file to UTF-8");
}

TEST(BpeMergesTest, AByteOrderMarkAndCrLfAreNoPartOfTheSymbols) {
  const uint64_t plain = FingerprintOf("#version: 0.2\na b\nb c\n");
  EXPECT_EQ(FingerprintOf("\xef\xbb\xbf#version: 0.2\na b\nb c\n"), plain);
  EXPECT_EQ(FingerprintOf("\xef\xbb\xbf"
                          "a b\r\nb c"),
            plain);
  ExpectRefused(
      "a b\r\nb c\n",
      "'merges':2: the line ends in LF, but line 1 in CR LF; let all lines end in LF, as by "
      "sed -i 's/\\r$//'");
}

TEST(BpeMergesTest, AFileThatIsNotThereIsNamed) {
  bytes::ScratchFolder scratch;
  EXPECT_THAT(BpeMerges::Load(scratch.Path("none")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(scratch.Path("none"))));
}

TEST(BpeMergesTest, TheFingerprintIsOfTheMergesInOrder) {
  EXPECT_EQ(FingerprintOf("a b\nb c\n"), FingerprintOf("#version: 0.2\r\na b\r\nb c\r\n"));
  EXPECT_NE(FingerprintOf("a b\nb c\n"), FingerprintOf("b c\na b\n"));
  EXPECT_NE(FingerprintOf("ab c\n"), FingerprintOf("a bc\n"));
}

}  // namespace
}  // namespace frazo::text
