#include "core/sources/file_set.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::sources {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FileSetTest : public ::testing::Test {
 protected:
  absl::StatusOr<PinnedFileSet> Pin(const std::vector<std::string>& patterns,
                                    const std::vector<std::string>& search_folders = {}) {
    FileSet file_set;
    for (const std::string& pattern : patterns) file_set.add_patterns(scratch_.Path(pattern));
    return PinFiles(file_set, search_folders);
  }
  // Their names below the scratch folder.
  std::vector<std::string> Names(const std::vector<std::string>& patterns) {
    const auto pinned = Pin(patterns);
    EXPECT_THAT(pinned, IsOk());
    std::vector<std::string> names;
    for (const PinnedFile& file : pinned.ok() ? pinned->files : std::vector<PinnedFile>()) {
      names.push_back(file.path.substr(scratch_.Path("").size()));
    }
    return names;
  }
  void WriteShards(const std::string& name, int shards, const std::string& extension) {
    for (int shard = 0; shard < shards; ++shard) {
      scratch_.Write(absl::StrCat(name, "-", absl::Dec(shard, absl::kZeroPad5), "-of-",
                                  absl::Dec(shards, absl::kZeroPad5), extension),
                     "");
    }
  }

  bytes::ScratchFolder scratch_;
};

TEST_F(FileSetTest, SortsByBytesAndDropsDuplicates) {
  for (const char* name : {"b", "a10", "a2", "B", "\xc3\xa4"}) scratch_.Write(name, "");
  EXPECT_THAT(Names({"b", "a*", "*", "./b"}), ElementsAre("B", "a10", "a2", "b", "\xc3\xa4"));
}

TEST_F(FileSetTest, AStepUpFromALinkIsTheSystemsOne) {
  std::filesystem::create_directories(scratch_.Path("other/below"));
  std::filesystem::create_directory(scratch_.Path("here"));
  std::filesystem::create_symlink("../other/below", scratch_.Path("here/link"));
  // open(2) takes here/link/../a for other/a.
  scratch_.Write("other/a", "12345");
  scratch_.Write("here/a", "1");
  for (const char* const pattern : {"here/link/../a", "here/./link//../a", "here/link/../a*"}) {
    const auto pinned = Pin({pattern});
    ASSERT_THAT(pinned, IsOk());
    EXPECT_EQ(pinned->files[0].bytes, 5) << pattern;
    EXPECT_THAT(Names({pattern}), ElementsAre("here/link/../a"));
  }
}

TEST_F(FileSetTest, NotesSizes) {
  scratch_.Write("a", "12345");
  EXPECT_EQ(Pin({"a"})->files[0].bytes, 5);
}

TEST_F(FileSetTest, GlobsWithinOneComponent) {
  std::filesystem::create_directories(scratch_.Path("x/y"));
  std::filesystem::create_directory(scratch_.Path("z"));
  for (const char* name : {"x/1.txt", "x/2.txt", "x/2.rec", "z/3.txt", "x/y/4.txt", "x/.5.txt"}) {
    scratch_.Write(name, "");
  }
  EXPECT_THAT(Names({"*/*.txt"}), ElementsAre("x/1.txt", "x/2.txt", "z/3.txt"));
  EXPECT_THAT(Names({"x/?.rec", "[w-x]/[!2].txt"}), ElementsAre("x/1.txt", "x/2.rec"));
}

TEST_F(FileSetTest, AFileWhoseNameLooksLikeAPatternIsItself) {
  for (const char* name : {"a*", "ab", "c@8", "me@example.txt"}) scratch_.Write(name, "");
  EXPECT_THAT(Names({"a*"}), ElementsAre("a*"));
  EXPECT_THAT(Names({"c@8", "me@example.txt"}), ElementsAre("c@8", "me@example.txt"));
}

TEST_F(FileSetTest, ShardsByNumberAndByStar) {
  WriteShards("train", 3, ".rec");
  WriteShards("test", 2, "");
  EXPECT_THAT(Names({"train@3.rec"}),
              ElementsAre("train-00000-of-00003.rec", "train-00001-of-00003.rec",
                          "train-00002-of-00003.rec"));
  EXPECT_THAT(Names({"test@*"}), ElementsAre("test-00000-of-00002", "test-00001-of-00002"));
  EXPECT_EQ(Names({"t*@*", "train@*.rec"}).size(), 5);
}

TEST_F(FileSetTest, AMissingShardIsNamed) {
  WriteShards("train", 3, ".rec");
  std::filesystem::remove(scratch_.Path("train-00001-of-00003.rec"));
  for (const char* pattern : {"train@3.rec", "train@*.rec"}) {
    EXPECT_THAT(Pin({pattern}),
                StatusIs(absl::StatusCode::kNotFound,
                         absl::StrCat("'", scratch_.Path(pattern), "': there is no '",
                                      scratch_.Path("train-00001-of-00003.rec"),
                                      "', and only 2 of the 3 shards; fetch or make the missing "
                                      "ones")));
  }
}

TEST_F(FileSetTest, TwoSetsOfShardsAreNotMixed) {
  WriteShards("train", 3, "");
  WriteShards("train", 2, "");
  EXPECT_EQ(Names({"train@2"}).size(), 2);
  EXPECT_THAT(Pin({"train@*"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("stands for one set of shards, but there is one of 2 and one of "
                                 "3 below")));
}

TEST_F(FileSetTest, ShardCountsHaveBounds) {
  EXPECT_THAT(Pin({"a@0.rec"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("asks for 0 shards, but there must be 1 to 99999")));
  EXPECT_THAT(Pin({"a@100000"}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("100000")));
}

TEST_F(FileSetTest, NothingThereNamesThePatternAndTheNearestFolder) {
  std::filesystem::create_directory(scratch_.Path("data"));
  for (const char* pattern : {"data/no/such/*.rec", "data/no/such/file", "data/no/such/x@8.rec"}) {
    EXPECT_THAT(
        Pin({pattern}),
        StatusIs(absl::StatusCode::kNotFound,
                 absl::StrCat("no file matches '", scratch_.Path(pattern),
                              "'; the nearest folder that exists is '", scratch_.Path("data"),
                              "'; correct the pattern, or make the files first")));
  }
}

TEST_F(FileSetTest, FoldersAndPipesAreErrors) {
  std::filesystem::create_directory(scratch_.Path("data"));
  scratch_.Write("file", "");
  EXPECT_THAT(Pin({"*"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("'", scratch_.Path("*"), "' stands for the folder '",
                                    scratch_.Path("data"), "'; name files, such as '",
                                    scratch_.Path("data"), "/*'")));
  ASSERT_EQ(mkfifo(scratch_.Path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(Pin({"pipe"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("is a pipe or a device; copy its bytes to a file")));
}

TEST_F(FileSetTest, AFolderThatCannotBeListedIsAnError) {
  if (geteuid() == 0) GTEST_SKIP() << "root may list every folder";
  std::filesystem::create_directory(scratch_.Path("secret"));
  chmod(scratch_.Path("secret").c_str(), 0);
  EXPECT_THAT(Pin({"secret/*"}),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr(scratch_.Path("secret"))));
}

TEST_F(FileSetTest, RelativePatternsAreLookedForInTurn) {
  std::filesystem::create_directory(scratch_.Path("first"));
  std::filesystem::create_directory(scratch_.Path("second"));
  scratch_.Write("second/frazo-test-only", "");
  scratch_.Write("second/frazo-test-both", "2");
  scratch_.Write("first/frazo-test-both", "1");
  FileSet file_set;
  file_set.add_patterns("frazo-test-o*");
  file_set.add_patterns("frazo-test-both");
  const auto pinned = PinFiles(file_set, {scratch_.Path("first"), scratch_.Path("second")});
  ASSERT_THAT(pinned, IsOk());
  EXPECT_EQ(pinned->files[0].path, scratch_.Path("first/frazo-test-both"));
  EXPECT_EQ(pinned->files[1].path, scratch_.Path("second/frazo-test-only"));
  file_set.add_patterns("frazo-test-none");
  EXPECT_THAT(PinFiles(file_set, {scratch_.Path("first")}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(scratch_.Path("first"))));
}

TEST_F(FileSetTest, ValuesAreChecked) {
  scratch_.Write("a", "");
  FileSet file_set;
  EXPECT_THAT(PinFiles(file_set, {}), StatusIs(absl::StatusCode::kInvalidArgument,
                                               "files.patterns is empty; name at least one file"));
  file_set.add_patterns("");
  EXPECT_THAT(PinFiles(file_set, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a file pattern is empty")));
  file_set.set_patterns(0, scratch_.Path("a"));
  file_set.set_max_record_bytes(0);
  EXPECT_THAT(PinFiles(file_set, {}), StatusIs(absl::StatusCode::kInvalidArgument,
                                               "max_record_bytes is 0 but must be at least 1"));
  file_set.set_max_record_bytes(1);
  file_set.set_format("csv");
  EXPECT_THAT(PinFiles(file_set, {}), StatusIs(absl::StatusCode::kInvalidArgument,
                                               HasSubstr("unknown record format 'csv'")));
}

TEST_F(FileSetTest, ChangesAreNoticedAndNamed) {
  const PinnedFile file = {scratch_.Write("a", "12345"), 5};
  EXPECT_THAT(CheckUnchanged(file), IsOk());
  scratch_.Write("a", "123456");
  EXPECT_THAT(CheckUnchanged(file),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(absl::StrCat("'", file.path,
                                              "' had 5 bytes at the start and has 6 now"))));
  scratch_.Write("a", "");
  EXPECT_THAT(CheckUnchanged(file),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("had 5 bytes at the start and has 0 now; it was cut short")));
  std::filesystem::remove(file.path);
  EXPECT_THAT(CheckUnchanged(file), StatusIs(absl::StatusCode::kNotFound,
                                             AllOf(HasSubstr(file.path), HasSubstr("of 5 bytes"),
                                                   HasSubstr("has vanished"))));
}

}  // namespace
}  // namespace frazo::sources
