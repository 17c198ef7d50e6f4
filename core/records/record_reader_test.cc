#include "core/records/record_reader.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/compressed_stream.h"
#include "core/bytes/crc32c.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/bytes/testing/string_sink.h"
#include "core/records/record_format.h"
#include "core/records/testing/record_files.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<std::string> kThree = {"one", "", "three"};

std::string PlainThree(const bytes::ScratchFolder& scratch) {
  EXPECT_THAT(WriteRecords(scratch.Path("three"), kThree, bytes::CompressionKind::kNone), IsOk());
  return scratch.Read("three");
}

TEST(RecordReaderTest, AnEmptyFileHoldsNoRecordsWhateverTheCompression) {
  bytes::ScratchFolder scratch;
  const std::string path = scratch.Write("a", "");
  for (const auto compression : {bytes::CompressionKind::kNone, bytes::CompressionKind::kGzip,
                                 bytes::CompressionKind::kZlib, bytes::CompressionKind::kZstd}) {
    const ReadRecordsResult read = ReadRecords(path, compression);
    EXPECT_THAT(read.status, IsOk());
    EXPECT_THAT(read.records, IsEmpty());
  }
}

TEST(RecordReaderTest, TheEndIsNoFailureAndStaysTheEnd) {
  bytes::ScratchFolder scratch;
  PlainThree(scratch);
  auto reader = RecordReader::Open(scratch.Path("three"));
  EXPECT_THAT(ReadRecords(*reader).records, ElementsAre("one", "", "three"));
  std::string_view record;
  EXPECT_FALSE(reader->Next(&record));
  EXPECT_THAT(reader->status(), IsOk());
}

// Framing takes 16 bytes: "one" ends at 19, "" at 35, "three" at 56.
TEST(RecordReaderTest, PositionCountsRecordsAndBytes) {
  bytes::ScratchFolder scratch;
  PlainThree(scratch);
  auto reader = RecordReader::Open(scratch.Path("three"));
  std::vector<int64_t> bytes;
  std::string_view record;
  do {
    EXPECT_EQ(reader->position().record, bytes.size());
    bytes.push_back(reader->position().byte);
  } while (reader->Next(&record));
  EXPECT_THAT(bytes, ElementsAre(0, 19, 35, 56));
}

class RecordReaderStartTest : public ::testing::TestWithParam<bytes::CompressionKind> {};

TEST_P(RecordReaderStartTest, StartingAtAnyPositionGivesTheRemainder) {
  bytes::ScratchFolder scratch;
  const std::vector<std::string> records = {"one", "", std::string(300000, 'x'), "four"};
  ASSERT_THAT(WriteRecords(scratch.Path("a"), records, GetParam()), IsOk());
  RecordReader::Options options;
  options.compression = GetParam();
  auto whole = RecordReader::Open(scratch.Path("a"), options);
  for (size_t done = 0; done <= records.size(); ++done) {
    auto rest = RecordReader::Open(scratch.Path("a"), options, whole->position());
    ASSERT_THAT(rest, IsOk());
    EXPECT_EQ(rest->position().record, done);
    const ReadRecordsResult read = ReadRecords(*rest);
    EXPECT_THAT(read.status, IsOk());
    EXPECT_TRUE(read.records == std::vector<std::string>(records.begin() + done, records.end()));
    std::string_view record;
    EXPECT_EQ(whole->Next(&record), done < records.size());
  }
}

TEST_P(RecordReaderStartTest, StartingBehindTheEndIsAnError) {
  bytes::ScratchFolder scratch;
  ASSERT_THAT(WriteRecords(scratch.Path("a"), {"one"}, GetParam()), IsOk());
  RecordReader::Options options;
  options.compression = GetParam();
  EXPECT_THAT(
      RecordReader::Open(scratch.Path("a"), options, {/*record=*/7, /*byte=*/1000}),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("has been cut short or replaced since")));
}

INSTANTIATE_TEST_SUITE_P(Compressions, RecordReaderStartTest,
                         ::testing::Values(bytes::CompressionKind::kNone,
                                           bytes::CompressionKind::kGzip,
                                           bytes::CompressionKind::kZlib,
                                           bytes::CompressionKind::kZstd));

TEST(RecordReaderTest, ADamagedLengthNamesFileRecordAndByte) {
  bytes::ScratchFolder scratch;
  std::string bytes = PlainThree(scratch);
  bytes[19] ^= 4;  // The length of record 1 reads 4 instead of 0.
  const std::string path = scratch.Write("a", bytes);
  const ReadRecordsResult read = ReadRecords(path, bytes::CompressionKind::kNone);
  EXPECT_THAT(read.records, ElementsAre("one"));
  const uint32_t computed =
      bytes::MaskCrc32c(bytes::Crc32c(std::string_view("\4\0\0\0\0\0\0\0", 8)));
  EXPECT_THAT(
      read.status,
      StatusIs(absl::StatusCode::kDataLoss,
               absl::StrCat("'", path,
                            "': record 1 at byte 19 is damaged: the checksum of its "
                            "length is 0x",
                            absl::Hex(computed, absl::kZeroPad8),
                            " where 0x07980329 is stored; fetch the file again or write it anew")));
}

TEST(RecordReaderTest, DamagedDataNamesFileRecordAndByte) {
  bytes::ScratchFolder scratch;
  std::string bytes = PlainThree(scratch);
  bytes[35 + 12] = 'T';
  const std::string path = scratch.Write("a", bytes);
  const ReadRecordsResult read = ReadRecords(path, bytes::CompressionKind::kNone);
  EXPECT_THAT(read.records, ElementsAre("one", ""));
  EXPECT_THAT(
      read.status,
      StatusIs(absl::StatusCode::kDataLoss,
               absl::StrCat("'", path,
                            "': record 2 at byte 35 is damaged: the checksum of its "
                            "data is 0x",
                            absl::Hex(bytes::MaskCrc32c(bytes::Crc32c("Three")), absl::kZeroPad8),
                            " where 0x",
                            absl::Hex(bytes::MaskCrc32c(bytes::Crc32c("three")), absl::kZeroPad8),
                            " is stored; fetch the file again or write it anew")));
}

TEST(RecordReaderTest, ACutRecordSaysHowMuchIsThere) {
  bytes::ScratchFolder scratch;
  const std::string bytes = PlainThree(scratch);
  const std::string in_data = scratch.Write("in_data", bytes.substr(0, 55));
  EXPECT_THAT(ReadRecords(in_data, bytes::CompressionKind::kNone).status,
              StatusIs(absl::StatusCode::kDataLoss,
                       absl::StrCat("'", in_data,
                                    "': record 2 at byte 35 is cut short: the file has 20 of "
                                    "its 21 bytes; fetch the file again or write it anew")));
  const std::string in_header = scratch.Write("in_header", bytes.substr(0, 24));
  EXPECT_THAT(
      ReadRecords(in_header, bytes::CompressionKind::kNone).status,
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("record 1 at byte 19 is cut short: the file "
                                                      "has 5 of its 12 header bytes")));
}

TEST(RecordReaderTest, DamageInsideACompressedFileIsPlacedAfterDecompression) {
  bytes::ScratchFolder scratch;
  std::string bytes = PlainThree(scratch);
  bytes[35 + 12] = 'T';
  // The damage was there before compression, so that only the record's own checksum shows it.
  std::string compressed;
  auto sink = bytes::Compress(bytes::CompressionKind::kGzip,
                              std::make_unique<bytes::StringSink>(&compressed));
  ASSERT_THAT((*sink)->Append(bytes), IsOk());
  ASSERT_THAT((*sink)->Close(), IsOk());
  scratch.Write("a.gz", compressed);
  EXPECT_THAT(ReadRecords(scratch.Path("a.gz"), bytes::CompressionKind::kGzip).status,
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("a.gz': record 2 at byte 35 after decompression is damaged")));
}

TEST(RecordReaderTest, AFailureStays) {
  bytes::ScratchFolder scratch;
  std::string bytes = PlainThree(scratch);
  bytes[15] ^= 1;
  auto reader = RecordReader::Open(scratch.Write("a", bytes));
  std::string_view record;
  EXPECT_FALSE(reader->Next(&record));
  const absl::Status failure = reader->status();
  EXPECT_FALSE(failure.ok());
  EXPECT_FALSE(reader->Next(&record));
  EXPECT_EQ(reader->status(), failure);
}

TEST(RecordReaderTest, ARecordOverTheLimitIsAnErrorAndOneAtTheLimitIsNot) {
  bytes::ScratchFolder scratch;
  PlainThree(scratch);
  RecordReader::Options options;
  options.max_record_bytes = 5;
  auto at_limit = RecordReader::Open(scratch.Path("three"), options);
  EXPECT_THAT(ReadRecords(*at_limit).status, IsOk());
  options.max_record_bytes = 4;
  auto over_limit = RecordReader::Open(scratch.Path("three"), options);
  EXPECT_THAT(ReadRecords(*over_limit).status,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("'", scratch.Path("three"),
                                    "': record 2 at byte 35 is 5 bytes long, over "
                                    "the limit of 4; raise max_record_bytes to read it")));
  options.max_record_bytes = 0;
  EXPECT_THAT(
      RecordReader::Open(scratch.Path("three"), options),
      StatusIs(absl::StatusCode::kInvalidArgument, "max_record_bytes is 0 but must be at least 1"));
}

// A header that promises almost 1 GiB, with a right checksum, in a file of 12 bytes: the memory
// must not be taken. Under a sanitizer or a limit on memory this would show.
TEST(RecordReaderTest, APromisedLengthTakesNoMemory) {
  bytes::ScratchFolder scratch;
  std::string header(12, '\0');
  StoreLittleEndian<uint64_t>((1 << 30) - 1, header.data());
  StoreLittleEndian(bytes::MaskCrc32c(bytes::Crc32c(header.substr(0, 8))), header.data() + 8);
  EXPECT_THAT(
      ReadRecords(scratch.Write("a", header), bytes::CompressionKind::kNone).status,
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the file has 12 of its 1073741839 bytes")));
}

TEST(RecordReaderTest, AFileThatIsNoTfRecordIsShown) {
  bytes::ScratchFolder scratch;
  EXPECT_THAT(
      ReadRecords(scratch.Write("a", "{\"image\": 1, \"label\": 2}"), bytes::CompressionKind::kNone)
          .status,
      StatusIs(absl::StatusCode::kDataLoss,
               HasSubstr("(the file starts with 7b 22 69 6d 61 67 65 22 3a 20 31 2c: not like "
                         "TFRecord, with or without compression)")));
}

TEST(RecordReaderTest, AMissingFileAndAFolderAreRefusedByOpen) {
  bytes::ScratchFolder scratch;
  EXPECT_THAT(RecordReader::Open(scratch.Path("missing")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(scratch.Path("missing"))));
  EXPECT_THAT(RecordReader::Open(scratch.Path("")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("Is a directory")));
}

TEST(RecordReaderTest, ABatchHoldsTheRecordsBeforeAFailureAndTheNextCallFails) {
  bytes::ScratchFolder scratch;
  std::string bytes = PlainThree(scratch);
  bytes[35 + 12] = 'T';
  auto reader = RecordReader::Open(scratch.Write("a", bytes));
  RecordBatch batch;
  ASSERT_TRUE(reader->NextBatch(10, &batch));
  ASSERT_EQ(batch.extents.size(), 2);
  EXPECT_EQ(batch.record(0), "one");
  EXPECT_EQ(batch.record(1), "");
  EXPECT_FALSE(reader->NextBatch(10, &batch));
  EXPECT_THAT(reader->status(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("record 2")));
}

TEST(RecordReaderTest, ABatchOutlivesItsReader) {
  bytes::ScratchFolder scratch;
  PlainThree(scratch);
  RecordBatch batch;
  {
    auto reader = RecordReader::Open(scratch.Path("three"));
    ASSERT_TRUE(reader->NextBatch(2, &batch));
    std::string_view record;
    ASSERT_TRUE(reader->Next(&record));
    EXPECT_EQ(record, "three");
  }
  EXPECT_EQ(batch.record(0), "one");
  EXPECT_EQ(batch.byte_count, 35);  // The framing of both is inside.
  EXPECT_EQ(batch.extents[0].begin, 12);
  EXPECT_EQ(batch.extents[1].begin, 31);
  EXPECT_EQ(batch.extents[1].end, 31);
}

}  // namespace
}  // namespace frazo::records
