#include "core/records/text_record_file.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/bytes/compressed_stream.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/bytes/testing/string_sink.h"
#include "core/numeric/random.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::unique_ptr<RecordFile> Open(const std::string& path, const RecordFile::Options& options = {},
                                 RecordPosition start = {}) {
  auto file = TextRecordFile::Open(path, options, start);
  EXPECT_THAT(file, IsOk());
  return *std::move(file);
}

std::vector<std::string> Lines(RecordFile& file) {
  std::vector<std::string> lines;
  for (std::string_view line; file.Next(&line);) lines.emplace_back(line);
  EXPECT_THAT(file.status(), IsOk());
  return lines;
}

// Reads the lines through NextRun.
std::vector<std::string> LinesOfRuns(RecordFile& file, int64_t max_records) {
  std::vector<std::string> lines;
  for (RecordBatch run; file.NextRun(max_records, &run);) {
    EXPECT_LE(run.extents.size(), max_records);
    for (size_t i = 0; i < run.extents.size(); ++i) lines.emplace_back(run.record(i));
  }
  EXPECT_THAT(file.status(), IsOk());
  return lines;
}

TEST(TextRecordFileTest, LinesEndWithLfOrCrLf) {
  bytes::ScratchFolder scratch;
  EXPECT_THAT(Lines(*Open(scratch.Write("a", "one\ntwo\r\nthree\n"))),
              ElementsAre("one", "two", "three"));
}

TEST(TextRecordFileTest, TheLastLineNeedsNoEnd) {
  bytes::ScratchFolder scratch;
  EXPECT_THAT(Lines(*Open(scratch.Write("a", "one\ntwo"))), ElementsAre("one", "two"));
  // Without its LF, a CR is a byte like any other.
  EXPECT_THAT(Lines(*Open(scratch.Write("a", "one\r\ntwo\r"))), ElementsAre("one", "two\r"));
}

TEST(TextRecordFileTest, EmptyLinesAreRecordsButAnEmptyFileHasNone) {
  bytes::ScratchFolder scratch;
  EXPECT_THAT(Lines(*Open(scratch.Write("a", "\n\r\nx\n\n"))), ElementsAre("", "", "x", ""));
  EXPECT_THAT(Lines(*Open(scratch.Write("a", ""))), IsEmpty());
}

TEST(TextRecordFileTest, OtherBytesAreKept) {
  bytes::ScratchFolder scratch;
  const std::string bytes("a\rb\0\xff\n", 6);
  EXPECT_THAT(Lines(*Open(scratch.Write("a", bytes))), ElementsAre(bytes.substr(0, 5)));
}

TEST(TextRecordFileTest, PositionsAreThePlacesToStartFrom) {
  bytes::ScratchFolder scratch;
  scratch.Write("a", "one\n\ntwo\r\nx");
  const auto whole = Open(scratch.Path("a"));
  std::vector<int64_t> bytes;
  std::vector<std::string> expected = {"one", "", "two", "x"};
  do {
    const RecordPosition position = whole->position();
    bytes.push_back(position.byte);
    EXPECT_EQ(Lines(*Open(scratch.Path("a"), {}, position)), expected);
    if (!expected.empty()) expected.erase(expected.begin());
    std::string_view line;
    whole->Next(&line);
  } while (bytes.size() < 5);
  EXPECT_THAT(bytes, ElementsAre(0, 4, 5, 10, 11));
}

TEST(TextRecordFileTest, RunsGiveTheSameLinesWithTheirPositions) {
  bytes::ScratchFolder scratch;
  numeric::Random random({1});
  std::vector<std::string> lines;
  for (int i = 0; i < 300; ++i) lines.push_back(std::string(random.Below(50), 'a' + i % 26));
  lines.back() = "end";
  scratch.Write("a", absl::StrJoin(lines, "\n"));
  for (const int64_t buffer_bytes : {1, 10, 64, 1 << 20}) {
    RecordFile::Options options;
    options.buffer_bytes = buffer_bytes;
    EXPECT_EQ(LinesOfRuns(*Open(scratch.Path("a"), options), 1 + random.Below(40)), lines);
  }
  RecordFile::Options options;
  options.buffer_bytes = 100;
  const auto file = Open(scratch.Path("a"), options);
  size_t number = 0;
  for (RecordBatch run; file->NextRun(7, &run); number += run.extents.size()) {
    for (size_t i = 0; i < run.extents.size(); ++i) {
      ASSERT_EQ(run.position(i).record, number + i);
      std::string_view line;
      ASSERT_TRUE(Open(scratch.Path("a"), {}, run.position(i))->status().ok());
      const auto again = Open(scratch.Path("a"), {}, run.position(i));
      ASSERT_TRUE(again->Next(&line));
      ASSERT_EQ(line, lines[number + i]);
    }
    ASSERT_EQ(run.end, file->position());
  }
  EXPECT_EQ(number, lines.size());
}

TEST(TextRecordFileTest, AByteOrderMarkIsNoPartOfTheFirstLine) {
  bytes::ScratchFolder scratch;
  scratch.Write("a", "\xef\xbb\xbfone\n\xef\xbb\xbftwo\n");
  // A mark further down is a character of the text.
  const std::vector<std::string> lines = {"one", "\xef\xbb\xbftwo"};
  for (const int64_t buffer_bytes : {1, 2, 3, 1 << 20}) {
    RecordFile::Options options;
    options.buffer_bytes = buffer_bytes;
    EXPECT_EQ(Lines(*Open(scratch.Path("a"), options)), lines);
    EXPECT_EQ(LinesOfRuns(*Open(scratch.Path("a"), options), 2), lines);
  }
  // The first line starts at byte 3 and is 4 bytes long with its end. The file may be opened at
  // its start, at the first line or at the second one.
  const auto file = Open(scratch.Path("a"));
  RecordBatch run;
  ASSERT_TRUE(file->NextRun(1, &run));
  EXPECT_EQ(run.position(0), (RecordPosition{0, 3}));
  EXPECT_EQ(file->position(), (RecordPosition{1, 7}));
  EXPECT_EQ(Lines(*Open(scratch.Path("a"), {}, {0, 3})), lines);
  EXPECT_THAT(Lines(*Open(scratch.Path("a"), {}, {1, 7})), ElementsAre(lines[1]));
  EXPECT_THAT(Lines(*Open(scratch.Write("a", "\xef\xbb\xbf"))), IsEmpty());
}

TEST(TextRecordFileTest, CompressedTextIsNoticedByItsFirstBytes) {
  bytes::ScratchFolder scratch;
  for (const auto compression : {bytes::CompressionKind::kGzip, bytes::CompressionKind::kZstd}) {
    std::string bytes;
    auto sink = bytes::Compress(compression, std::make_unique<bytes::StringSink>(&bytes));
    ASSERT_THAT((*sink)->Append("one\ntwo\n"), IsOk());
    ASSERT_THAT((*sink)->Close(), IsOk());
    const auto file = Open(scratch.Write("a", bytes));
    std::string_view line;
    EXPECT_FALSE(file->Next(&line));
    EXPECT_THAT(file->status(),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(absl::StrCat("set the compression to ",
                                                bytes::CompressionName(compression)))));
  }
}

TEST(TextRecordFileTest, Utf16IsRefused) {
  bytes::ScratchFolder scratch;
  const auto file = Open(scratch.Write("a", std::string_view("\xff\xfeo\0n\0e\0\n\0", 10)));
  std::string_view line;
  EXPECT_FALSE(file->Next(&line));
  EXPECT_THAT(file->status(), StatusIs(absl::StatusCode::kInvalidArgument,
                                       HasSubstr("is UTF-16; convert it to UTF-8")));
}

TEST(TextRecordFileTest, DecompressesFirst) {
  bytes::ScratchFolder scratch;
  for (const auto compression : {bytes::CompressionKind::kGzip, bytes::CompressionKind::kZlib,
                                 bytes::CompressionKind::kZstd}) {
    std::string bytes;
    auto sink = bytes::Compress(compression, std::make_unique<bytes::StringSink>(&bytes));
    ASSERT_THAT((*sink)->Append("one\r\ntwo"), IsOk());
    ASSERT_THAT((*sink)->Close(), IsOk());
    RecordFile::Options options;
    options.compression = compression;
    scratch.Write("a", bytes);
    EXPECT_THAT(Lines(*Open(scratch.Path("a"), options)), ElementsAre("one", "two"));
    EXPECT_THAT(Lines(*Open(scratch.Path("a"), options, {1, 5})), ElementsAre("two"));
  }
}

TEST(TextRecordFileTest, ALineOverTheLimitIsAnErrorThatCanBePassed) {
  bytes::ScratchFolder scratch;
  const std::string path =
      scratch.Write("a", absl::StrCat("1234\r\n", std::string(100000, 'x'), "\nabc\n12345"));
  RecordFile::Options options;
  options.max_record_bytes = 4;
  const auto file = Open(path, options);
  std::string_view line;
  EXPECT_TRUE(file->Next(&line));
  EXPECT_EQ(line, "1234");
  EXPECT_FALSE(file->Next(&line));
  EXPECT_THAT(file->status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("'", path,
                                    "': line 2 at byte 6 is longer than 4 bytes; raise "
                                    "max_record_bytes to read it")));
  EXPECT_EQ(file->SkipDamage(), 100001);
  EXPECT_TRUE(file->Next(&line));
  EXPECT_EQ(line, "abc");
  EXPECT_EQ(file->position(), (RecordPosition{3, 6 + 100001 + 4}));
  EXPECT_FALSE(file->Next(&line));
  EXPECT_THAT(file->status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("line 4")));
  EXPECT_EQ(file->SkipDamage(), 5);
  EXPECT_FALSE(file->Next(&line));
  EXPECT_THAT(file->status(), IsOk());
  EXPECT_EQ(file->SkipDamage(), std::nullopt);
}

TEST(TextRecordFileTest, ATruncatedCompressedFileIsAnErrorThatCanNotBePassed) {
  bytes::ScratchFolder scratch;
  std::string bytes;
  auto sink =
      bytes::Compress(bytes::CompressionKind::kGzip, std::make_unique<bytes::StringSink>(&bytes));
  ASSERT_THAT((*sink)->Append("one\ntwo\n"), IsOk());
  ASSERT_THAT((*sink)->Close(), IsOk());
  RecordFile::Options options;
  options.compression = bytes::CompressionKind::kGzip;
  const auto file = Open(scratch.Write("a", bytes.substr(0, bytes.size() - 8)), options);
  std::string_view line;
  while (file->Next(&line)) {
  }
  EXPECT_THAT(file->status(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("ends too early")));
  EXPECT_EQ(file->SkipDamage(), std::nullopt);
}

}  // namespace
}  // namespace frazo::records
