#ifndef FRAZO_CORE_SOURCES_FILE_SET_H_
#define FRAZO_CORE_SOURCES_FILE_SET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/records/record_file.h"
#include "core/records/record_file_formats.h"
#include "frazo/proto/record_source.pb.h"

namespace frazo::sources {

// A file and its size when it was found.
struct PinnedFile {
  std::string path;
  int64_t bytes;
};

// Returns an error if the file is missing or its size has changed: kNotFound, kDataLoss (now
// shorter), kFailedPrecondition (now longer), or those of ErrnoStatus. Each names the file and the
// sizes.
absl::Status CheckUnchanged(const PinnedFile& file);

// The files of a FileSet message, and how to open them. Immutable.
struct PinnedFileSet {
  // Sorted by path, byte by byte; each file once.
  std::vector<PinnedFile> files;
  std::string format;
  records::RecordFileOpener opener;
  records::RecordFile::Options options;
};

// Finds the files. A relative pattern is looked up below the current folder, then below each of
// `search_folders`, until one has a match. Errors: kNotFound (a pattern without a match, or a
// missing shard, by name), kInvalidArgument (a folder or a pipe, a shard count out of range, an
// unknown format, a value out of range), kPermissionDenied.
absl::StatusOr<PinnedFileSet> PinFiles(const FileSet& file_set,
                                       absl::Span<const std::string> search_folders);

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_FILE_SET_H_
