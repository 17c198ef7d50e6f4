#include "core/sources/file_set.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/bytes/errno_status.h"
#include "core/records/file_pattern.h"
#include "core/status/status_macros.h"

namespace frazo::sources {
namespace {

// Returns the size of a file. It must be a regular file, because a run that continues after a stop
// reads it again.
absl::StatusOr<int64_t> FileBytes(const std::string& path, std::string_view pattern) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return bytes::ErrnoStatus(errno, "look at", path);
  if (S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat("'", pattern, "' stands for the folder '", path,
                                                   "'; name files, such as '", path, "/*'"));
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", path, "' is a pipe or a device; copy its bytes to a file, which can be read again"));
  }
  return info.st_size;
}

// Returns the path without `.` and empty parts. `link/..` stays: the system takes it for the folder
// above the one that the link points to.
std::string WithoutEmptyParts(std::string_view path) {
  std::vector<std::string_view> parts;
  for (const std::string_view part : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (part != ".") parts.push_back(part);
  }
  return absl::StrCat(absl::StartsWith(path, "/") ? "/" : "", absl::StrJoin(parts, "/"));
}

absl::StatusOr<bytes::CompressionKind> CompressionOf(const FileSet& file_set) {
  const int number = file_set.compression();
  if (!Compression_IsValid(number)) {
    return absl::InvalidArgumentError(
        absl::StrCat("files.compression is ", number, ", which stands for none"));
  }
  return static_cast<bytes::CompressionKind>(number);
}

}  // namespace

absl::Status CheckUnchanged(const PinnedFile& file) {
  struct stat info;
  if (stat(file.path.c_str(), &info) != 0) {
    if (errno != ENOENT) return bytes::ErrnoStatus(errno, "look at", file.path);
    return absl::NotFoundError(absl::StrCat("'", file.path, "' of ", file.bytes,
                                            " bytes was there at the start and has vanished; "
                                            "put it back, or start anew without it"));
  }
  if (info.st_size == file.bytes) return absl::OkStatus();
  const std::string change =
      absl::StrCat("'", file.path, "' had ", file.bytes, " bytes at the start and has ",
                   static_cast<int64_t>(info.st_size), " now; ");
  if (info.st_size < file.bytes) {
    return absl::DataLossError(absl::StrCat(change, "it was cut short or replaced: restore it"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat(change,
                   "files must not be written while they are read: write to another "
                   "name and start anew"));
}

absl::StatusOr<PinnedFileSet> PinFiles(const FileSet& file_set,
                                       absl::Span<const std::string> search_folders) {
  PinnedFileSet pinned;
  pinned.format = file_set.format();
  FRAZO_ASSIGN_OR_RETURN(pinned.opener, records::FindRecordFormat(pinned.format));
  FRAZO_ASSIGN_OR_RETURN(pinned.options.compression, CompressionOf(file_set));
  pinned.options.max_record_bytes = file_set.max_record_bytes();
  FRAZO_RETURN_IF_ERROR(pinned.options.Validate());
  if (file_set.patterns().empty()) {
    return absl::InvalidArgumentError("files.patterns is empty; name at least one file");
  }
  for (const std::string& pattern : file_set.patterns()) {
    FRAZO_ASSIGN_OR_RETURN(const std::vector<std::string> paths,
                           records::ExpandFilePattern(pattern, search_folders));
    for (const std::string& path : paths) {
      FRAZO_ASSIGN_OR_RETURN(const int64_t bytes, FileBytes(path, pattern));
      pinned.files.push_back({WithoutEmptyParts(path), bytes});
    }
  }
  const auto by_path = [](const PinnedFile& left, const PinnedFile& right) {
    return left.path < right.path;
  };
  const auto same_path = [](const PinnedFile& left, const PinnedFile& right) {
    return left.path == right.path;
  };
  std::sort(pinned.files.begin(), pinned.files.end(), by_path);
  pinned.files.erase(std::unique(pinned.files.begin(), pinned.files.end(), same_path),
                     pinned.files.end());
  return pinned;
}

}  // namespace frazo::sources
