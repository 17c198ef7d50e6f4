#include "core/bytes/file_reader.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/bytes/testing/string_source.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

using ::testing::HasSubstr;

TEST(FileReaderTest, GivesTheBytesOfTheFile) {
  ScratchFolder scratch;
  const std::string text = std::string(10000, 'a') + std::string("\0\xff", 2);
  const auto file = FileReader::Open(scratch.Write("a", text));
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(ReadAll(**file, 777), IsOkAndHolds(text));
}

TEST(FileReaderTest, HeadIsTheFirstTwelveBytesOnceRead) {
  ScratchFolder scratch;
  const auto file = FileReader::Open(scratch.Write("a", "0123456789abcdef"));
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ((*file)->head(), "");
  ASSERT_THAT(ReadAll(**file), IsOk());
  EXPECT_EQ((*file)->head(), "0123456789ab");
}

TEST(FileReaderTest, HeadIsEmptyWhereTheStartWasSkipped) {
  ScratchFolder scratch;
  const auto file = FileReader::Open(scratch.Write("a", "0123456789abcdef"));
  ASSERT_THAT((*file)->Skip(4), IsOk());
  EXPECT_THAT(ReadAll(**file), IsOkAndHolds("456789abcdef"));
  EXPECT_EQ((*file)->head(), "");
}

TEST(FileReaderTest, SkipPastTheEndIsAnErrorThatNamesBothPlaces) {
  ScratchFolder scratch;
  const std::string path = scratch.Write("a", "abc");
  const auto file = FileReader::Open(path);
  ASSERT_THAT((*file)->Skip(3), IsOk());
  EXPECT_THAT((*file)->Skip(2),
              StatusIs(absl::StatusCode::kDataLoss,
                       absl::StrCat("'", path,
                                    "' has 3 bytes but is to be read from byte 5; the file "
                                    "has been cut short or replaced since")));
}

TEST(FileReaderTest, ReadsAndSkipsInAPipe) {
  ScratchFolder scratch;
  const std::string path = scratch.Path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&path] { std::ofstream(path) << "abcdef"; });
  const auto file = FileReader::Open(path);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT((*file)->Skip(2), IsOk());
  EXPECT_THAT(ReadAll(**file), IsOkAndHolds("cdef"));
  writer.join();
}

TEST(FileReaderTest, MissingFile) {
  EXPECT_THAT(
      FileReader::Open("/nowhere/a.tfrecord"),
      StatusIs(absl::StatusCode::kNotFound,
               "cannot open '/nowhere/a.tfrecord': No such file or directory; check the path, "
               "relative ones from the current folder"));
}

TEST(FileReaderTest, FolderForAFile) {
  ScratchFolder scratch;
  EXPECT_THAT(FileReader::Open(scratch.Path("")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("cannot read '", scratch.Path(""),
                                    "': Is a directory; give the path of a file")));
}

TEST(FileReaderTest, NoPermission) {
  ScratchFolder scratch;
  const std::string path = scratch.Write("secret", "abc");
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  const bool is_root = geteuid() == 0;
  if (is_root && seteuid(65534) != 0) GTEST_SKIP() << "root may read everything here";
  const auto file = FileReader::Open(path);
  ASSERT_TRUE(!is_root || seteuid(0) == 0);
  EXPECT_THAT(file, StatusIs(absl::StatusCode::kPermissionDenied,
                             HasSubstr("Permission denied; give the user of this process")));
}

// The first page of a process's memory is never mapped, and the kernel answers a read there with
// EIO.
TEST(FileReaderTest, AFailingDeviceIsUnavailable) {
  const auto file = FileReader::Open("/proc/self/mem");
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(ReadAll(**file),
              StatusIs(absl::StatusCode::kUnavailable,
                       "cannot read '/proc/self/mem': Input/output error; the device failed: try "
                       "again, and check its health if that does not help"));
}

}  // namespace
}  // namespace frazo::bytes
