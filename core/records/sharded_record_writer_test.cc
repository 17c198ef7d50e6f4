#include "core/records/sharded_record_writer.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/file_size_limit.h"
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
using ::testing::SizeIs;

ShardedRecordWriter::Options With(bytes::CompressionKind compression) {
  ShardedRecordWriter::Options options;
  options.compression = compression;
  return options;
}

ShardedRecordWriter::Options Text() {
  ShardedRecordWriter::Options options;
  options.format = "text";
  return options;
}

TEST(ShardedRecordWriterTest, RecordsAreDealtInTurn) {
  for (const auto compression : {bytes::CompressionKind::kNone, bytes::CompressionKind::kGzip,
                                 bytes::CompressionKind::kZlib, bytes::CompressionKind::kZstd}) {
    bytes::ScratchFolder scratch;
    auto writer = ShardedRecordWriter::Create(scratch.Path("t@3.rec"), With(compression));
    ASSERT_THAT(writer, IsOk());
    for (const char* record : {"0", "1", "2", "3", "4"}) {
      ASSERT_THAT(writer->Write(record), IsOk());
    }
    ASSERT_THAT(writer->Close(), IsOk());
    ASSERT_THAT(writer->paths(), ElementsAre(scratch.Path("t-00000-of-00003.rec"),
                                             scratch.Path("t-00001-of-00003.rec"),
                                             scratch.Path("t-00002-of-00003.rec")));
    EXPECT_THAT(ReadRecords(writer->paths()[0], compression).records, ElementsAre("0", "3"));
    EXPECT_THAT(ReadRecords(writer->paths()[1], compression).records, ElementsAre("1", "4"));
    EXPECT_THAT(ReadRecords(writer->paths()[2], compression).records, ElementsAre("2"));
    EXPECT_THAT(scratch.Names(), SizeIs(3));
  }
}

TEST(ShardedRecordWriterTest, ARecordForOneShardLeavesTheTurnAlone) {
  bytes::ScratchFolder scratch;
  auto writer = ShardedRecordWriter::Create(scratch.Path("t@2"), Text());
  ASSERT_THAT(writer->WriteTo(1, "a"), IsOk());
  ASSERT_THAT(writer->Write("b"), IsOk());
  ASSERT_THAT(writer->WriteTo(1, "c"), IsOk());
  ASSERT_THAT(writer->Write("d"), IsOk());
  EXPECT_THAT(writer->WriteTo(2, "e"),
              StatusIs(absl::StatusCode::kOutOfRange,
                       absl::StrCat("there is no shard 2: '", scratch.Path("t-00000-of-00002"),
                                    "' is the first of 2")));
  ASSERT_THAT(writer->Close(), IsOk());
  EXPECT_EQ(scratch.Read("t-00000-of-00002"), "b\n");
  EXPECT_EQ(scratch.Read("t-00001-of-00002"), "a\nc\nd\n");
}

TEST(ShardedRecordWriterTest, APlainPathIsOneFileOfThatName) {
  bytes::ScratchFolder scratch;
  auto writer = ShardedRecordWriter::Create(scratch.Path("a.txt"), Text());
  ASSERT_THAT(writer->Write("one"), IsOk());
  ASSERT_THAT(writer->Write("two"), IsOk());
  ASSERT_THAT(writer->Close(), IsOk());
  EXPECT_EQ(scratch.Read("a.txt"), "one\ntwo\n");
  EXPECT_THAT(scratch.Names(), ElementsAre("a.txt"));
}

TEST(ShardedRecordWriterTest, ShardsWithoutRecordsAreFilesToo) {
  bytes::ScratchFolder scratch;
  auto writer = ShardedRecordWriter::Create(scratch.Path("t@4"), {});
  ASSERT_THAT(writer->Write("only"), IsOk());
  ASSERT_THAT(writer->Close(), IsOk());
  EXPECT_THAT(scratch.Names(), SizeIs(4));
  EXPECT_EQ(scratch.Read("t-00003-of-00004"), "");
}

TEST(ShardedRecordWriterTest, NoFileHasItsNameBeforeClose) {
  bytes::ScratchFolder scratch;
  auto writer = ShardedRecordWriter::Create(scratch.Path("t@2"), {});
  ASSERT_THAT(writer->Write(std::string(1000000, 'x')), IsOk());
  for (const std::string& path : writer->paths()) EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_THAT(writer->Close(), IsOk());
  for (const std::string& path : writer->paths()) EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(ShardedRecordWriterTest, AWriterGivenUpInTheMiddleLeavesNothing) {
  bytes::ScratchFolder scratch;
  for (const auto compression : {bytes::CompressionKind::kNone, bytes::CompressionKind::kZstd}) {
    auto dropped = ShardedRecordWriter::Create(scratch.Path("t@3"), With(compression));
    ASSERT_THAT(dropped->Write(std::string(1000000, 'x')), IsOk());
    EXPECT_THAT(scratch.Names(), SizeIs(3));
  }
  EXPECT_THAT(scratch.Names(), IsEmpty());
  auto discarded = ShardedRecordWriter::Create(scratch.Path("t@3"), {});
  discarded->Discard();
  EXPECT_TRUE(discarded->closed());
  EXPECT_THAT(scratch.Names(), IsEmpty());
}

TEST(ShardedRecordWriterTest, AfterCloseEveryCallIsRefused) {
  bytes::ScratchFolder scratch;
  auto writer = ShardedRecordWriter::Create(scratch.Path("t@2"), {});
  ASSERT_THAT(writer->Close(), IsOk());
  const auto refused = StatusIs(absl::StatusCode::kFailedPrecondition,
                                absl::StrCat("'", scratch.Path("t-00000-of-00002"),
                                             "' is closed already; create a new writer"));
  EXPECT_THAT(writer->Write("x"), refused);
  EXPECT_THAT(writer->WriteTo(0, "x"), refused);
  EXPECT_THAT(writer->Close(), refused);
}

TEST(ShardedRecordWriterTest, AMovedWriterGoesOn) {
  bytes::ScratchFolder scratch;
  auto first = ShardedRecordWriter::Create(scratch.Path("t@2"), Text());
  ASSERT_THAT(first->Write("one"), IsOk());
  ShardedRecordWriter second = *std::move(first);
  ASSERT_THAT(second.Write("two"), IsOk());
  ASSERT_THAT(second.Close(), IsOk());
  EXPECT_EQ(scratch.Read("t-00001-of-00002"), "two\n");
}

TEST(ShardedRecordWriterTest, AnExistingShardIsNotTouched) {
  bytes::ScratchFolder scratch;
  scratch.Write("t-00001-of-00002", "old");
  EXPECT_THAT(ShardedRecordWriter::Create(scratch.Path("t@2"), {}),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       absl::StrCat("'", scratch.Path("t-00001-of-00002"),
                                    "' exists already; remove it with its set, or write to another "
                                    "name")));
  EXPECT_EQ(scratch.Read("t-00001-of-00002"), "old");
  EXPECT_THAT(scratch.Names(), SizeIs(1));
}

TEST(ShardedRecordWriterTest, ASetOfAnotherNumberIsInTheWay) {
  bytes::ScratchFolder scratch;
  scratch.Write("t-00001-of-00004.rec", "old");
  EXPECT_THAT(ShardedRecordWriter::Create(scratch.Path("t@2.rec"), {}),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       HasSubstr(absl::StrCat("'", scratch.Path("t-00001-of-00004.rec"), "'"))));
  // Another name or ending is another set.
  EXPECT_THAT(ShardedRecordWriter::Create(scratch.Path("t@2.txt"), {}), IsOk());
  EXPECT_THAT(ShardedRecordWriter::Create(scratch.Path("st@2.rec"), {}), IsOk());
  EXPECT_THAT(scratch.Names(), SizeIs(1));
}

TEST(ShardedRecordWriterTest, APatternThatSaysNoNumberOrFormatIsRefused) {
  EXPECT_THAT(ShardedRecordWriter::Create("t@*.rec", {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "'t@*.rec' does not say how many shards to write; put a number in place of "
                       "*"));
  EXPECT_THAT(ShardedRecordWriter::Create("t@0.rec", {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("asks for 0 shards")));
  ShardedRecordWriter::Options options;
  options.format = "csv";
  EXPECT_THAT(ShardedRecordWriter::Create("t@2.csv", options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("the format 'csv'")));
}

TEST(ShardedRecordWriterTest, AMissingFolderIsNamed) {
  EXPECT_THAT(ShardedRecordWriter::Create("/nowhere/t@2", {}),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("cannot create '/nowhere/t-00000-of-00002'")));
}

TEST(ShardedRecordWriterTest, AFolderWithoutPermissionIsNamed) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  bytes::ScratchFolder scratch;
  chmod(scratch.Path("").c_str(), 0500);
  EXPECT_THAT(ShardedRecordWriter::Create(scratch.Path("t@2"), {}),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("t-00000-of-00002")));
  chmod(scratch.Path("").c_str(), 0700);
}

TEST(ShardedRecordWriterTest, ManyShardsThatMayNotBeOpenAreReportedAndNoneIsLeft) {
  bytes::ScratchFolder scratch;
  rlimit old_limit;
  getrlimit(RLIMIT_NOFILE, &old_limit);
  const rlimit limit = {64, old_limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &limit);
  const absl::Status status = ShardedRecordWriter::Create(scratch.Path("t@80"), {}).status();
  setrlimit(RLIMIT_NOFILE, &old_limit);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("-of-00080")));
  EXPECT_THAT(scratch.Names(), IsEmpty());
}

TEST(ShardedRecordWriterTest, AFullDiskIsReportedAndNoShardIsLeft) {
  bytes::ScratchFolder scratch;
  auto writer = ShardedRecordWriter::Create(scratch.Path("t@2"), {});
  const bytes::FileSizeLimit limit(500000);
  ASSERT_THAT(writer->WriteTo(0, std::string(400000, 'x')), IsOk());
  const auto full = StatusIs(absl::StatusCode::kResourceExhausted,
                             HasSubstr(absl::StrCat("cannot write '", writer->paths()[1], "'")));
  EXPECT_THAT(writer->WriteTo(1, std::string(600000, 'x')), full);
  ASSERT_THAT(writer->WriteTo(0, "x"), IsOk());
  EXPECT_THAT(writer->Close(), full);
  EXPECT_THAT(scratch.Names(), IsEmpty());
}

TEST(ShardedRecordWriterTest, AFullDiskThatOnlyTheLastShardMeetsLeavesNoneOfThem) {
  bytes::ScratchFolder scratch;
  auto writer = ShardedRecordWriter::Create(scratch.Path("t@3"), Text());
  ASSERT_THAT(writer->WriteTo(0, "x"), IsOk());
  ASSERT_THAT(writer->WriteTo(2, "abcdef"), IsOk());  // Still in the buffer.
  const bytes::FileSizeLimit limit(4);
  EXPECT_THAT(writer->Close(),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("t-00002")));
  EXPECT_THAT(scratch.Names(), IsEmpty());
}

TEST(ShardedRecordWriterTest, ANameThatCannotBeGivenTakesTheOthersBack) {
  bytes::ScratchFolder scratch;
  auto writer = ShardedRecordWriter::Create(scratch.Path("t@3"), {});
  ASSERT_THAT(writer->Write("x"), IsOk());
  // This folder takes the name of a shard after the writer was created.
  std::filesystem::create_directories(scratch.Path("t-00001-of-00003/full"));
  EXPECT_THAT(writer->Close(), StatusIs(absl::StatusCode::kInvalidArgument,
                                        HasSubstr("cannot rename a finished file to")));
  EXPECT_THAT(scratch.Names(), ElementsAre("t-00001-of-00003"));
}

TEST(ShardedRecordWriterTest, ARecordThatIsNoLineIsRefusedAndTheWriterGoesOn) {
  bytes::ScratchFolder scratch;
  auto writer = ShardedRecordWriter::Create(scratch.Path("a"), Text());
  EXPECT_THAT(writer->Write("a\nb"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("has a line feed in it")));
  ASSERT_THAT(writer->Write("c"), IsOk());
  ASSERT_THAT(writer->Close(), IsOk());
  EXPECT_EQ(scratch.Read("a"), "c\n");
}

}  // namespace
}  // namespace frazo::records
