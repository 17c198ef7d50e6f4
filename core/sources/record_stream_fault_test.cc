// Tests streams over files that are damaged, change or vanish, and over slow readers.

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/numeric/random.h"
#include "core/records/record_file_formats.h"
#include "core/records/text_record_file.h"
#include "core/sources/record_stream.h"
#include "core/sources/testing/record_streams.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::sources {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

RecordStream::Options SkippingDamage() {
  RecordStream::Options options;
  options.skip_damaged = true;
  return options;
}

RecordSource Shuffled(RecordSource source) {
  source.mutable_files()->mutable_shuffle()->set_buffer_records(10);
  source.mutable_files()->mutable_shuffle()->set_lanes(2);
  return source;
}

void FlipBit(const bytes::ScratchFolder& scratch, std::string_view name, size_t bit) {
  std::string bytes = scratch.Read(name);
  bytes[bit / 8] ^= 1 << bit % 8;
  scratch.Write(name, bytes);
}

TEST(RecordStreamFaultTest, DamageIsAnErrorThatNamesThePlace) {
  bytes::ScratchFolder scratch;
  const std::vector<std::string> all = WriteRecordFiles(scratch, "a", {3, 3});
  // Record 1 of each file begins at byte 20, its data at byte 32.
  FlipBit(scratch, "a-001", 32 * 8);
  const StreamResult read = ReadStream(*OpenStream(SourceOf(scratch, "a")), 10);
  EXPECT_EQ(read.records, std::vector<std::string>(all.begin(), all.begin() + 4));
  EXPECT_THAT(read.status, StatusIs(absl::StatusCode::kDataLoss,
                                    HasSubstr(absl::StrCat("'", scratch.Path("a-001"),
                                                           "': record 1 at byte 20 is damaged"))));
  EXPECT_THAT(ReadStream(*OpenStream(Shuffled(SourceOf(scratch, "a"))), 10).status,
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(scratch.Path("a-001"))));
}

// A failed stream goes on after the file was mended, from the state before the failure.
TEST(RecordStreamFaultTest, GoesOnAfterRepair) {
  bytes::ScratchFolder scratch;
  const std::vector<std::string> all = WriteRecordFiles(scratch, "a", {30, 30});
  RecordSource source = Shuffled(SourceOf(scratch, "a"));
  const std::vector<std::string> whole = ReadStream(*OpenStream(source), 4).records;
  const std::string sound = scratch.Read("a-001");
  FlipBit(scratch, "a-001", 8 * 600);
  const StreamResult cut = ReadStream(*OpenStream(source), 4);
  ASSERT_THAT(cut.status, StatusIs(absl::StatusCode::kDataLoss, HasSubstr("a-001")));
  ASSERT_FALSE(cut.records.empty());
  scratch.Write("a-001", sound);
  std::vector<std::string> joined = cut.records;
  for (std::string& record : ReadAfter(cut.states.back(), source, {}, 4)) joined.push_back(record);
  EXPECT_EQ(joined, whole);
}

TEST(RecordStreamFaultTest, FlippedBitsCostTheirRecordsOnlyAndAreCounted) {
  numeric::Random random({TestSeed(1)});
  for (int trial = 0; trial < TestExamples(60); ++trial) {
    bytes::ScratchFolder scratch;
    const std::vector<std::string> all = WriteRecordFiles(scratch, "a", {6, 7, 8});
    const std::string name = absl::StrCat("a-00", random.Below(3));
    FlipBit(scratch, name, random.Below(8 * scratch.Read(name).size()));
    const RecordSource source =
        random.Below(2) == 0 ? SourceOf(scratch, "a") : Shuffled(SourceOf(scratch, "a"));
    const auto stream = OpenStream(source, SkippingDamage());
    const StreamResult read = ReadStream(*stream, 1 + random.Below(9));
    EXPECT_THAT(read.status, IsOk());
    EXPECT_EQ(read.records.size(), 20);
    EXPECT_EQ(std::set<std::string>(read.records.begin(), read.records.end()).size(), 20);
    const std::set<std::string> known(all.begin(), all.end());
    for (const std::string& record : read.records) EXPECT_EQ(known.count(record), 1);
    const RecordStream::Counters counters = stream->counters();
    EXPECT_EQ(counters.damaged_records, 1);
    EXPECT_GE(counters.damaged_bytes, 16);
    EXPECT_EQ(counters.damaged_files, 0);
    EXPECT_THAT(counters.first_damage, HasSubstr(scratch.Path(name)));
    // The same from every state.
    for (size_t done = 1; done <= read.records.size(); ++done) {
      EXPECT_EQ(ReadAfter(read.states[done - 1], source, SkippingDamage(), 5),
                std::vector<std::string>(read.records.begin() + done, read.records.end()));
    }
  }
}

TEST(RecordStreamFaultTest, TruncationAtAnyByteIsAnErrorOrACountedSkip) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {4, 2});
  const std::string bytes = scratch.Read("a-000");
  std::set<size_t> ends = {0};
  for (const RecordSourceState& state : ReadStream(*OpenStream(SourceOf(scratch, "a")), 1).states) {
    ends.insert(state.files().lanes(0).byte());
  }
  for (size_t size = 0; size < bytes.size(); ++size) {
    scratch.Write("a-000", bytes.substr(0, size));
    const bool is_whole = ends.count(size) == 1;
    EXPECT_EQ(ReadStream(*OpenStream(SourceOf(scratch, "a")), 10).status.ok(), is_whole) << size;
    const auto stream = OpenStream(SourceOf(scratch, "a"), SkippingDamage());
    EXPECT_THAT(ReadStream(*stream, 10).status, IsOk());
    EXPECT_EQ(stream->counters().damaged_records, is_whole ? 0 : 1);
  }
}

TEST(RecordStreamFaultTest, FilesThatVanishShrinkOrGrowAreNamed) {
  struct Change {
    std::string what;
    absl::StatusCode code;
    std::string message;
  };
  for (const Change& change :
       {Change{"vanish", absl::StatusCode::kNotFound, "has vanished"},
        Change{"shrink", absl::StatusCode::kDataLoss, "had 81 bytes at the start and has 60 now"},
        Change{"grow", absl::StatusCode::kFailedPrecondition,
               "had 81 bytes at the start and has 82 now"}}) {
    bytes::ScratchFolder scratch;
    WriteRecordFiles(scratch, "a", {2, 3, 2});
    for (const bool skip : {false, true}) {
      const auto stream =
          OpenStream(SourceOf(scratch, "a"), skip ? SkippingDamage() : RecordStream::Options());
      const std::string bytes = scratch.Read("a-001");
      if (change.what == "vanish") std::filesystem::remove(scratch.Path("a-001"));
      if (change.what == "shrink") scratch.Write("a-001", bytes.substr(0, 60));
      if (change.what == "grow") scratch.Write("a-001", bytes + "x");
      const StreamResult read = ReadStream(*stream, 10);
      scratch.Write("a-001", bytes);
      if (skip) {
        EXPECT_THAT(read.status, IsOk());
        EXPECT_EQ(read.records.size(), 4);
        EXPECT_EQ(stream->counters().damaged_files, 1);
        EXPECT_THAT(stream->counters().first_damage, HasSubstr(change.message));
      } else {
        EXPECT_EQ(read.records.size(), 2);
        EXPECT_THAT(read.status, StatusIs(change.code, AllOf(HasSubstr(scratch.Path("a-001")),
                                                             HasSubstr(change.message))));
      }
    }
  }
}

TEST(RecordStreamFaultTest, AFileThatGrowsWhileItIsReadIsAnError) {
  bytes::ScratchFolder scratch;
  // More bytes than are read ahead.
  scratch.Write("a-0", std::string(8 << 20, '\n'));
  RecordSource source = SourceOf(scratch, "a");
  source.mutable_files()->mutable_files()->set_format("text");
  const auto stream = OpenStream(source);
  RecordChunk chunk;
  ASSERT_TRUE(stream->NextChunk(1, &chunk));
  std::ofstream(scratch.Path("a-0"), std::ios::app) << "more\n";
  while (stream->NextChunk(10000, &chunk)) {
  }
  EXPECT_THAT(stream->status(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         HasSubstr("had 8388608 bytes at the start and has "
                                                   "8388613 now")));
}

TEST(RecordStreamFaultTest, AFileWithoutPermissionIsAnErrorEvenWhenSkipping) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read every file";
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {2});
  chmod(scratch.Path("a-000").c_str(), 0);
  EXPECT_THAT(ReadStream(*OpenStream(SourceOf(scratch, "a"), SkippingDamage()), 10).status,
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr(scratch.Path("a-000"))));
}

TEST(RecordStreamFaultTest, NothingLeftAfterDamageIsAnError) {
  bytes::ScratchFolder scratch;
  scratch.Write("a-0", "this is no TFRecord file");
  EXPECT_THAT(ReadStream(*OpenStream(SourceOf(scratch, "a"), SkippingDamage()), 10).status,
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr(absl::StrCat("nothing is left of the 1 files after passing over "
                                              "damage, the first: '",
                                              scratch.Path("a-0")))));
}

TEST(RecordStreamFaultTest, TheWrongCompressionIsNamed) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {2}, bytes::CompressionKind::kGzip);
  EXPECT_THAT(
      ReadStream(*OpenStream(SourceOf(scratch, "a")), 10).status,
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("set the compression to gzip")));
}

TEST(RecordStreamFaultTest, ADamagedCompressedFileIsPassedToItsEnd) {
  bytes::ScratchFolder scratch;
  const std::vector<std::string> all =
      WriteRecordFiles(scratch, "a", {2, 2}, bytes::CompressionKind::kGzip);
  const std::string bytes = scratch.Read("a-000");
  scratch.Write("a-000", bytes.substr(0, bytes.size() - 12));
  RecordSource source = SourceOf(scratch, "a");
  source.mutable_files()->mutable_files()->set_compression(GZIP);
  const auto stream = OpenStream(source, SkippingDamage());
  const StreamResult read = ReadStream(*stream, 10);
  EXPECT_THAT(read.status, IsOk());
  ASSERT_GE(read.records.size(), 2);
  EXPECT_EQ(read.records.back(), all.back());
  EXPECT_EQ(stream->counters().damaged_files, 1);
}

// Counts lines, which are read slowly.
std::atomic<int> lines_read = 0;

class SlowTextFile final : public records::RecordFile {
 public:
  explicit SlowTextFile(std::unique_ptr<records::RecordFile> lines) : lines_(std::move(lines)) {}

  bool Next(std::string_view* record) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ++lines_read;
    return lines_->Next(record);
  }
  bool NextRun(int64_t, records::RecordBatch* run) override {
    return records::RecordFile::NextRun(3, run);
  }
  records::RecordPosition position() const override { return lines_->position(); }
  const absl::Status& status() const override { return lines_->status(); }

 private:
  std::unique_ptr<records::RecordFile> lines_;
};

absl::StatusOr<std::unique_ptr<records::RecordFile>> OpenSlowText(
    std::string path, const records::RecordFile::Options& options, records::RecordPosition start) {
  absl::StatusOr<std::unique_ptr<records::RecordFile>> lines =
      records::TextRecordFile::Open(std::move(path), options, start);
  if (!lines.ok()) return lines.status();
  return std::make_unique<SlowTextFile>(*std::move(lines));
}

FRAZO_REGISTER_RECORD_FORMAT("slow_text", OpenSlowText);

RecordSource SlowSource(const bytes::ScratchFolder& scratch) {
  for (int file = 0; file < 4; ++file) {
    std::string lines;
    for (int line = 0; line < 20; ++line) absl::StrAppend(&lines, file, ":", line, "\n");
    scratch.Write(absl::StrCat("a-", file), lines);
  }
  RecordSource source = Shuffled(SourceOf(scratch, "a"));
  source.mutable_files()->mutable_files()->set_format("slow_text");
  return source;
}

TEST(RecordStreamFaultTest, SlowReadersChangeNothing) {
  bytes::ScratchFolder scratch;
  const RecordSource slow = SlowSource(scratch);
  RecordSource fast = slow;
  fast.mutable_files()->mutable_files()->set_format("text");
  EXPECT_EQ(ReadStream(*OpenStream(slow), 7).records, ReadStream(*OpenStream(fast), 7).records);
}

// The bound on reading ahead holds, and an early end does not read the rest.
TEST(RecordStreamFaultTest, ReadsAheadToItsBoundAndStopsWhenDestroyed) {
  bytes::ScratchFolder scratch;
  RecordSource source = SlowSource(scratch);
  source.mutable_files()->set_epochs(0);
  lines_read = 0;
  {
    const auto stream = OpenStream(source);
    RecordChunk chunk;
    ASSERT_TRUE(stream->NextChunk(1, &chunk));
    // A window of 5, and as many lines ahead.
    while (lines_read < 5 + 5) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    // Lines beyond the bound could show late, but there must never be any.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    // 2 lanes are read ahead by runs of 3 lines, and one more run reaches the bound.
    EXPECT_LE(lines_read, 5 + 2 * (3 + 3 + 3));
    EXPECT_EQ(stream->counters().records, 1);
  }
  const int read = lines_read;
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(lines_read, read);
}

}  // namespace
}  // namespace frazo::sources
