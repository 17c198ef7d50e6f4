#include "core/bytes/atomic_file_writer.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/file_size_limit.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(AtomicFileWriterTest, TheFileAppearsWithClose) {
  ScratchFolder scratch;
  auto writer = AtomicFileWriter::Create(scratch.Path("a"));
  ASSERT_THAT(writer, IsOk());
  ASSERT_THAT((*writer)->Append("ab"), IsOk());
  ASSERT_THAT((*writer)->Append("c"), IsOk());
  EXPECT_FALSE(std::filesystem::exists(scratch.Path("a")));
  ASSERT_THAT((*writer)->Close(), IsOk());
  EXPECT_EQ(scratch.Read("a"), "abc");
  EXPECT_THAT(scratch.Names(), ElementsAre("a"));
}

TEST(AtomicFileWriterTest, PiecesAroundTheBufferSizeComeOutInOrder) {
  ScratchFolder scratch;
  std::string expected;
  auto writer = AtomicFileWriter::Create(scratch.Path("a"));
  char letter = 'a';
  for (const size_t size : {1, 262143, 1, 262144, 5, 1000000, 7}) {
    const std::string piece(size, letter++);
    ASSERT_THAT((*writer)->Append(piece), IsOk());
    expected += piece;
  }
  ASSERT_THAT((*writer)->Close(), IsOk());
  EXPECT_TRUE(scratch.Read("a") == expected);  // Too long to print.
}

TEST(AtomicFileWriterTest, WithoutCloseTheOldFileStandsAndNothingIsLeftBehind) {
  ScratchFolder scratch;
  scratch.Write("a", "old");
  {
    auto writer = AtomicFileWriter::Create(scratch.Path("a"));
    ASSERT_THAT((*writer)->Append(std::string(1000000, 'n')), IsOk());
    EXPECT_THAT(scratch.Names(), SizeIs(2));
  }
  EXPECT_EQ(scratch.Read("a"), "old");
  EXPECT_THAT(scratch.Names(), ElementsAre("a"));
}

TEST(AtomicFileWriterTest, CloseReplacesTheOldFile) {
  ScratchFolder scratch;
  scratch.Write("a", "a long old text");
  auto writer = AtomicFileWriter::Create(scratch.Path("a"));
  ASSERT_THAT((*writer)->Append("new"), IsOk());
  ASSERT_THAT((*writer)->Close(), IsOk());
  EXPECT_EQ(scratch.Read("a"), "new");
}

TEST(AtomicFileWriterTest, TwoWritersOfOnePathDoNotMeetAndTheLastCloseWins) {
  ScratchFolder scratch;
  auto first = AtomicFileWriter::Create(scratch.Path("a"));
  auto second = AtomicFileWriter::Create(scratch.Path("a"));
  ASSERT_THAT((*second)->Append("second"), IsOk());
  ASSERT_THAT((*first)->Append("first"), IsOk());
  ASSERT_THAT((*second)->Close(), IsOk());
  ASSERT_THAT((*first)->Close(), IsOk());
  EXPECT_EQ(scratch.Read("a"), "first");
}

TEST(AtomicFileWriterTest, AFullDiskIsReportedAndTheOldFileStands) {
  ScratchFolder scratch;
  scratch.Write("a", "old");
  auto writer = AtomicFileWriter::Create(scratch.Path("a"));
  ASSERT_THAT(writer, IsOk());
  const FileSizeLimit limit(300000);
  ASSERT_THAT((*writer)->Append(std::string(200000, 'x')), IsOk());
  absl::Status status;
  for (int i = 0; i < 4 && status.ok(); ++i) status = (*writer)->Append(std::string(200000, 'x'));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted,
                               absl::StrCat("cannot write '", scratch.Path("a"),
                                            "': File too large; raise the file size limit (ulimit "
                                            "-f) or write several smaller files")));
  EXPECT_THAT(scratch.Names(), ElementsAre("a"));
  EXPECT_EQ((*writer)->Append("more"), status);
  EXPECT_EQ((*writer)->Close(), status);
  EXPECT_EQ(scratch.Read("a"), "old");
}

TEST(AtomicFileWriterTest, AFullDiskFoundByCloseIsReportedToo) {
  ScratchFolder scratch;
  auto writer = AtomicFileWriter::Create(scratch.Path("a"));
  ASSERT_THAT((*writer)->Append("abc"), IsOk());  // Still in the buffer.
  const FileSizeLimit limit(1);
  EXPECT_THAT((*writer)->Close(),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("write")));
  EXPECT_THAT(scratch.Names(), IsEmpty());
}

TEST(AtomicFileWriterTest, AfterCloseNothingCanBeAppended) {
  ScratchFolder scratch;
  auto writer = AtomicFileWriter::Create(scratch.Path("a"));
  ASSERT_THAT((*writer)->Close(), IsOk());
  EXPECT_THAT((*writer)->Append("x"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("'", scratch.Path("a"), "' is closed already")));
  EXPECT_EQ(scratch.Read("a"), "");
}

TEST(AtomicFileWriterTest, ACompletedFileHasNoNameUntilItIsPublished) {
  ScratchFolder scratch;
  auto writer = AtomicFileWriter::Create(scratch.Path("a"));
  const auto refused = StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("not complete"));
  EXPECT_THAT((*writer)->Publish(), refused);
  ASSERT_THAT((*writer)->Append("abc"), IsOk());
  ASSERT_THAT((*writer)->Complete(), IsOk());
  EXPECT_FALSE(std::filesystem::exists(scratch.Path("a")));
  EXPECT_THAT((*writer)->Append("d"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("closed already")));
  ASSERT_THAT((*writer)->Publish(), IsOk());
  EXPECT_EQ(scratch.Read("a"), "abc");
  EXPECT_THAT(scratch.Names(), ElementsAre("a"));
  EXPECT_THAT((*writer)->Publish(), refused);
}

TEST(AtomicFileWriterTest, ACompletedFileThatIsNotPublishedIsRemoved) {
  ScratchFolder scratch;
  {
    auto writer = AtomicFileWriter::Create(scratch.Path("a"));
    ASSERT_THAT((*writer)->Complete(), IsOk());
    EXPECT_THAT(scratch.Names(), SizeIs(1));
  }
  EXPECT_THAT(scratch.Names(), IsEmpty());
}

TEST(AtomicFileWriterTest, MissingFolder) {
  EXPECT_THAT(AtomicFileWriter::Create("/nowhere/a"),
              StatusIs(absl::StatusCode::kNotFound,
                       "cannot create '/nowhere/a': No such file or directory; check the path, "
                       "relative ones from the current folder"));
}

TEST(AtomicFileWriterTest, AFolderOrADeviceIsNotReplaced) {
  ScratchFolder scratch;
  EXPECT_THAT(AtomicFileWriter::Create(scratch.Path("")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("Is a directory")));
  EXPECT_THAT(
      AtomicFileWriter::Create("/dev/null"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "cannot write '/dev/null': it is a device or a pipe, and renaming a file over "
               "it would destroy it; give the path of a regular file"));
}

TEST(AtomicFileWriterTest, ALongNameLeavesRoomForTheTemporaryOne) {
  ScratchFolder scratch;
  const std::string name(255, 'n');
  auto writer = AtomicFileWriter::Create(scratch.Path(name));
  ASSERT_THAT(writer, IsOk());
  ASSERT_THAT((*writer)->Close(), IsOk());
  EXPECT_THAT(scratch.Names(), ElementsAre(name));
}

TEST(AtomicFileWriterTest, TheFileHasTheUsualPermissions) {
  ScratchFolder scratch;
  const mode_t old_mask = umask(022);
  auto writer = AtomicFileWriter::Create(scratch.Path("a"));
  umask(old_mask);
  ASSERT_THAT((*writer)->Close(), IsOk());
  struct stat info;
  ASSERT_EQ(stat(scratch.Path("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644);
}

}  // namespace
}  // namespace frazo::bytes
