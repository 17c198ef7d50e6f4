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

struct File {
  explicit File(std::unique_ptr<records::RecordFile> opened) : file(std::move(opened)) {}

  // What `call` gives for the file, which no other thread uses meanwhile.
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
  nb::class_<File>(
      module, "RecordFile",
      "Reads a file of records of any known format front to back, past damage if asked to.\n\n"
      "Errors name the file, the record and its byte: NotFoundError, PermissionDeniedError,\n"
      "DataLossError (damaged or cut short), InvalidArgumentError (the wrong compression, or a\n"
      "record over the limit).")
      .def("__init__", &OpenFile, "path"_a, nb::kw_only(), "format"_a = "tfrecord",
           "compression"_a = "none",
           "max_record_bytes"_a = records::RecordFile::Options().max_record_bytes,
           "format: tfrecord, text, or one that C++ registered. compression: none, gzip, zlib or "
           "zstd.\nmax_record_bytes: a longer record is an error; at least 1.")
      .def(
          "read_run", &ReadRun, "max_records"_a,
          "The next records, at most max_records (at least 1): as many as are in memory once the "
          "first is.\n\n"
          "Returns (data, extents): data is uint8 [bytes], extents is int64 [records, 2]; record i "
          "is\n"
          "data[extents[i, 0]:extents[i, 1]]. None at the end. Both arrays keep the memory alive "
          "and cannot\nbe written to.")
      .def("skip_damage", &SkipDamage,
           "After read_run raised: moves to the next record that is whole. How many bytes were "
           "passed over;\nNone if the rest of the file is out of reach, and every later call "
           "raises again.",
           nb::sig("def skip_damage(self) -> int | None"))
      .def_prop_ro("position", &Position,
                   "(record, byte) of the record that comes next; the byte after decompression.");
  module.def("find_record_files", &FindRecordFiles, "patterns"_a,
             "The files, at least one, as (path, bytes) sorted by path, each once.\n\n"
             "A pattern is a path, a glob, name@8.ext or name@*.ext for a sharded set, as in "
             "frazo.FileSet.\nRaises NotFoundError where a pattern matches nothing or a shard is "
             "missing, InvalidArgumentError for\na folder or a pipe, PermissionDeniedError.");
  module.def("guess_compression", &Guess, "head"_a,
             "What the first bytes of a file (12 are enough) show: none for the header of a plain "
             "TFRecord;\nNone where they fit nothing that is known.",
             nb::sig("def guess_compression(head: bytes) -> str | None"));
}

}  // namespace frazo::bindings
