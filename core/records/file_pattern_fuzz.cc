// Expands arbitrary bytes as a file pattern, in a folder with some files.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/strings/str_split.h"
#include "core/records/file_pattern.h"
#include "core/testing/fuzz_target.h"

namespace frazo::records {
namespace {

// Makes a new folder with files, the current one from now on.
bool EnterFolder() {
  std::string folder = (std::filesystem::temp_directory_path() / "file_pattern_XXXXXX").string();
  Require(mkdtemp(folder.data()) != nullptr && chdir(folder.c_str()) == 0, "there is a folder");
  std::filesystem::create_directory("sub");
  for (const char* const name : {"a-00000-of-00002.gz", "a-00001-of-00002.gz", "b-00000-of-00002",
                                 "c@3", "[d]", "sub/e", "sub/f-00000-of-00001.txt"}) {
    std::ofstream(name) << name;
  }
  return true;
}

// Whether a pattern may read the machine's other folders: from the root, or by `..`, which `.?`
// matches, too.
bool LeavesFolder(std::string_view pattern) {
  // A backslash hides its character.
  std::string plain(pattern);
  plain.erase(std::remove(plain.begin(), plain.end(), '\\'), plain.end());
  if (plain.substr(0, 1) == "/") return true;
  for (const std::string_view part : absl::StrSplit(plain, '/')) {
    if (part.size() < 2 || part[0] != '.') continue;
    if (part.find_first_of(".?*[", 1) != std::string_view::npos) return true;
  }
  return false;
}

void Check(std::string_view input) {
  static const bool is_in_folder = EnterFolder();
  Require(is_in_folder, "the folder is entered");
  const std::string pattern(input);
  if (LeavesFolder(input)) return;
  // The system's functions end a path there.
  if (input.find('\0') != std::string_view::npos) return;
  const auto paths = ExpandFilePattern(pattern, {"sub"});
  if (!paths.ok()) {
    Require(!paths.status().message().empty(), "an error has a message");
    return;
  }
  Require(!paths->empty(), "a pattern without a match is an error");
  std::error_code error;
  for (const std::string& path : *paths) {
    Require(std::filesystem::exists(path, error), "what matches exists");
  }
}

}  // namespace
}  // namespace frazo::records

std::vector<std::string> frazo::FuzzSeeds() {
  return {"a@2.gz",  "a@*.gz",   "b@2", "c@3",           "*-0000?-of-*", "sub/*",     "e",
          "f@1.txt", "*@*.gz.b", "[d]", "[!a-c]@100000", "a@0",          "none/of/it"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  frazo::records::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
