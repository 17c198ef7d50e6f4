#include "core/records/record_writer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/records/testing/record_files.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The CRC-32C of eight zero bytes is 0x8c28b28a, masked 0x07980329; that of nothing is 0, masked
// 0xa282ead8.
TEST(RecordWriterTest, TheBytesOfAnEmptyRecord) {
  bytes::ScratchFolder scratch;
  ASSERT_THAT(WriteRecords(scratch.Path("a"), {""}, bytes::CompressionKind::kNone), IsOk());
  EXPECT_EQ(scratch.Read("a"), std::string("\0\0\0\0\0\0\0\0\x29\x03\x98\x07\xd8\xea\x82\xa2", 16));
}

// RFC 3720, appendix B.4: the CRC-32C of the bytes 0 to 31 is 0x46dd794e; masked it is 0x951f7892.
TEST(RecordWriterTest, TheBytesOfTheRecordZeroToThirtyOne) {
  bytes::ScratchFolder scratch;
  std::string counting(32, '\0');
  for (int i = 0; i < 32; ++i) counting[i] = static_cast<char>(i);
  ASSERT_THAT(WriteRecords(scratch.Path("a"), {counting}, bytes::CompressionKind::kNone), IsOk());
  EXPECT_EQ(scratch.Read("a"),
            std::string("\x20\0\0\0\0\0\0\0\x29\xed\xa9\x50", 12) + counting + "\x92\x78\x1f\x95");
}

TEST(RecordWriterTest, NoRecordsGiveAnEmptyPlainFile) {
  bytes::ScratchFolder scratch;
  ASSERT_THAT(WriteRecords(scratch.Path("a"), {}, bytes::CompressionKind::kNone), IsOk());
  EXPECT_EQ(scratch.Read("a"), "");
}

TEST(RecordWriterTest, TheSameRecordsGiveTheSameFile) {
  bytes::ScratchFolder scratch;
  for (const auto compression : {bytes::CompressionKind::kGzip, bytes::CompressionKind::kZlib,
                                 bytes::CompressionKind::kZstd}) {
    ASSERT_THAT(WriteRecords(scratch.Path("a"), {"one", "two"}, compression), IsOk());
    ASSERT_THAT(WriteRecords(scratch.Path("b"), {"one", "two"}, compression), IsOk());
    EXPECT_EQ(scratch.Read("a"), scratch.Read("b"));
  }
}

TEST(RecordWriterTest, AWriterThatIsNotClosedLeavesNothing) {
  bytes::ScratchFolder scratch;
  for (const auto compression : {bytes::CompressionKind::kNone, bytes::CompressionKind::kGzip,
                                 bytes::CompressionKind::kZstd}) {
    auto writer = RecordWriter::Create(scratch.Path("a"), compression);
    ASSERT_THAT(writer, IsOk());
    ASSERT_THAT(writer->Write("abc"), IsOk());
  }
  EXPECT_THAT(scratch.Names(), IsEmpty());
}

TEST(RecordWriterTest, AMovedWriterGoesOn) {
  bytes::ScratchFolder scratch;
  auto first = RecordWriter::Create(scratch.Path("a"), bytes::CompressionKind::kNone);
  ASSERT_THAT(first->Write("one"), IsOk());
  RecordWriter second = *std::move(first);
  ASSERT_THAT(second.Write("two"), IsOk());
  ASSERT_THAT(second.Close(), IsOk());
  EXPECT_THAT(ReadRecords(scratch.Path("a"), bytes::CompressionKind::kNone).records,
              ElementsAre("one", "two"));
}

TEST(RecordWriterTest, AfterCloseEveryCallIsRefused) {
  bytes::ScratchFolder scratch;
  auto writer = RecordWriter::Create(scratch.Path("a"), bytes::CompressionKind::kGzip);
  ASSERT_THAT(writer->Close(), IsOk());
  const auto refused =
      StatusIs(absl::StatusCode::kFailedPrecondition,
               absl::StrCat("'", scratch.Path("a"), "' is closed already; create a new writer"));
  EXPECT_THAT(writer->Write("x"), refused);
  EXPECT_THAT(writer->Close(), refused);
}

TEST(RecordWriterTest, ADiscardedFileLeavesTheOldOneAndRefusesEveryCall) {
  bytes::ScratchFolder scratch;
  scratch.Write("a", "old");
  auto writer = RecordWriter::Create(scratch.Path("a"), bytes::CompressionKind::kNone);
  ASSERT_THAT(writer->Write("new"), IsOk());
  EXPECT_FALSE(writer->closed());
  writer->Discard();
  EXPECT_TRUE(writer->closed());
  EXPECT_EQ(scratch.Read("a"), "old");
  EXPECT_THAT(scratch.Names(), ElementsAre("a"));
  EXPECT_THAT(writer->Write("x"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("closed")));
  EXPECT_THAT(writer->Close(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("closed")));
}

TEST(RecordWriterTest, AMissingFolderIsNamed) {
  EXPECT_THAT(RecordWriter::Create("/nowhere/a", bytes::CompressionKind::kZstd),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("cannot create '/nowhere/a'")));
}

}  // namespace
}  // namespace frazo::records
