#include "python/frazo/bindings/record_file_binding.h"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/bytes/compression.h"
#include "core/records/compression_guess.h"
#include "core/records/record_file.h"
#include "core/records/record_file_formats.h"
#include "core/sources/file_set.h"
#include "frazo/proto/record_source.pb.h"
#include "python/frazo/bindings/record_arrays.h"
#include "python/frazo/bindings/status_exceptions.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

constexpr char kFileDoc[] = R"(Reads a file of records of any registered format from front to back.

It can skip damage. Errors name the file, the record and its byte.

Raises:
  NotFoundError: The file does not exist.
  PermissionDeniedError: The file may not be read.
  DataLossError: The file is damaged or was cut short.
  InvalidArgumentError: The compression is wrong, or a record is longer than the limit.)";

constexpr char kOpenDoc[] = R"(Opens a file.

Args:
  path: The file.
  format: tfrecord, text, or a format that C++ code registered.
  compression: none, gzip, zlib or zstd.
  max_record_bytes: A longer record is an error; at least 1.)";

constexpr char kReadRunDoc[] =
    R"(Reads the next record and those after it that are already in memory.

Args:
  max_records: The largest number of records; at least 1.

Returns:
  (data, extents). data is uint8 [bytes], extents is int64 [records, 2], and record i is
  data[extents[i, 0]:extents[i, 1]]. There are no records at the end of the file. Both arrays keep
  the memory alive; they cannot be written to.)";

constexpr char kSkipDamageDoc[] = R"(Moves to the next whole record after read_run raised.

Returns:
  The number of bytes skipped. None if the rest of the file cannot be reached; later calls of
  read_run then raise again.)";

constexpr char kFindFilesDoc[] = R"(Finds the files that match patterns.

Args:
  patterns: A pattern is a path, a glob, or name@8.ext or name@*.ext for a sharded set, as in
    frazo.FileSet.

Returns:
  (path, size in bytes) of each file, sorted by path, each file once; there is at least one.

Raises:
  NotFoundError: A pattern matches nothing, or a shard is missing.
  InvalidArgumentError: A match is a folder or a pipe.
  PermissionDeniedError: A folder may not be read.)";

constexpr char kGuessDoc[] = R"(Guesses the compression of a TFRecord file from its first bytes.

Args:
  head: The first bytes of the file; 12 are enough.

Returns:
  The name of the compression; "none" if the bytes are the header of an uncompressed TFRecord, and
  None if they fit nothing known.)";

struct File {
  explicit File(std::unique_ptr<records::RecordFile> opened) : file(std::move(opened)) {}

  // Returns call(file). No other thread uses the file meanwhile.
  template <typename Call>
  auto Use(Call call) {
    return Unlocked([&] {
      const std::lock_guard lock(mutex);
      return call(*file);
    });
  }

  std::mutex mutex;  // Locked only by a thread that does not hold the interpreter's lock.
  std::unique_ptr<records::RecordFile> file;
};

void OpenFile(File* self, const std::filesystem::path& path, std::string_view format,
              std::string_view compression, int64_t max_record_bytes) {
  records::RecordFile::Options options;
  options.compression = ValueOrRaise(bytes::ParseCompression(compression));
  options.max_record_bytes = max_record_bytes;
  const records::RecordFileOpener opener = ValueOrRaise(records::FindRecordFormat(format));
  new (self) File(ValueOrRaise(Unlocked([&] { return opener(path, options, {}); })));
}

RecordArrays ReadRun(File& self, int64_t max_records) {
  if (max_records < 1) {
    RaiseIfError(absl::InvalidArgumentError(
        absl::StrCat("max_records is ", max_records, " but must be at least 1")));
  }
  auto run = std::make_unique<records::RecordBatch>();
  absl::Status failure;
  self.Use([&](records::RecordFile& file) {
    if (!file.NextRun(max_records, run.get())) failure = file.status();
  });
  RaiseIfError(failure);
  return ToArrays(std::move(run));
}

std::optional<int64_t> SkipDamage(File& self) {
  return self.Use([](records::RecordFile& file) { return file.SkipDamage(); });
}

std::pair<int64_t, int64_t> Position(File& self) {
  const records::RecordPosition position =
      self.Use([](records::RecordFile& file) { return file.position(); });
  return {position.record, position.byte};
}

std::vector<std::pair<std::string, int64_t>> FindRecordFiles(
    const std::vector<std::string>& patterns) {
  FileSet file_set;
  for (const std::string& pattern : patterns) file_set.add_patterns(pattern);
  const sources::PinnedFileSet pinned =
      ValueOrRaise(Unlocked([&] { return sources::PinFiles(file_set, {}); }));
  std::vector<std::pair<std::string, int64_t>> files;
  for (const sources::PinnedFile& file : pinned.files) files.emplace_back(file.path, file.bytes);
  return files;
}

std::optional<std::string> Guess(const nb::bytes& head) {
  const std::optional<bytes::CompressionKind> guess =
      records::GuessCompression({head.c_str(), head.size()});
  if (!guess.has_value()) return std::nullopt;
  return std::string(bytes::CompressionName(*guess));
}

}  // namespace

void BindRecordFile(nb::module_& module) {
  nb::class_<File>(module, "RecordFile", kFileDoc)
      .def("__init__", &OpenFile, "path"_a, nb::kw_only(), "format"_a = "tfrecord",
           "compression"_a = "none",
           "max_record_bytes"_a = records::RecordFile::Options().max_record_bytes, kOpenDoc)
      .def("read_run", &ReadRun, "max_records"_a, kReadRunDoc)
      .def("skip_damage", &SkipDamage, kSkipDamageDoc,
           nb::sig("def skip_damage(self) -> int | None"))
      .def_prop_ro("position", &Position,
                   "The (record, byte) at which the next record begins; the byte counts "
                   "decompressed data.");
  module.def("find_record_files", &FindRecordFiles, "patterns"_a, kFindFilesDoc);
  module.def("guess_compression", &Guess, "head"_a, kGuessDoc,
             nb::sig("def guess_compression(head: bytes) -> str | None"));
}

}  // namespace frazo::bindings
