// frazo._core: the C++ runtime for Python. Only unpacks, calls and packs. The interpreter's lock is
// let go around every call of the runtime; a mutex an object keeps two threads of Python from
// meeting in it.

#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/bytes/compression.h"
#include "core/bytes/crc32c.h"
#include "core/bytes/file_crc32c.h"
#include "core/numeric/cpu.h"
#include "core/records/record_reader.h"
#include "core/records/record_writer.h"
#include "python/frazo/bindings/pipeline_binding.h"
#include "python/frazo/bindings/record_arrays.h"
#include "python/frazo/bindings/record_file_binding.h"
#include "python/frazo/bindings/search_binding.h"
#include "python/frazo/bindings/sharded_writer_binding.h"
#include "python/frazo/bindings/status_exceptions.h"
#include "python/frazo/bindings/tokenizer_binding.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

std::string_view View(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }

struct Reader {
  explicit Reader(records::RecordReader opened) : reader(std::move(opened)) {}

  std::mutex mutex;  // Locked only by a thread that does not hold the interpreter's lock.
  records::RecordReader reader;
};

void OpenReader(Reader* self, const std::filesystem::path& path, std::string_view compression,
                int64_t max_record_bytes) {
  records::RecordReader::Options options;
  options.compression = ValueOrRaise(bytes::ParseCompression(compression));
  options.max_record_bytes = max_record_bytes;
  new (self)
      Reader(ValueOrRaise(Unlocked([&] { return records::RecordReader::Open(path, options); })));
}

nb::bytes NextRecord(Reader& self) {
  std::unique_lock lock(self.mutex, std::defer_lock);
  std::string_view record;
  const bool got = Unlocked([&] {
    lock.lock();
    return self.reader.Next(&record);
  });
  if (got) return nb::bytes(record.data(), record.size());
  RaiseIfError(self.reader.status());
  throw nb::stop_iteration();
}

RecordArrays ReadBatch(Reader& self, int64_t max_records) {
  if (max_records < 1) {
    RaiseIfError(absl::InvalidArgumentError(
        absl::StrCat("max_records is ", max_records, " but must be at least 1")));
  }
  auto batch = std::make_unique<records::RecordBatch>();
  std::unique_lock lock(self.mutex, std::defer_lock);
  const bool got = Unlocked([&] {
    lock.lock();
    return self.reader.NextBatch(max_records, batch.get());
  });
  if (!got) RaiseIfError(self.reader.status());
  return ToArrays(std::move(batch));
}

void BindRecordReader(nb::module_& module) {
  nb::class_<Reader>(
      module, "RecordReader",
      "Reads a TFRecord file front to back, checking both CRCs of every record.\n\n"
      "Iterating gives the records as bytes. Errors name the file, the record and its "
      "byte: NotFoundError,\nPermissionDeniedError, DataLossError (damaged or cut short), "
      "InvalidArgumentError (the wrong\ncompression, or a record over the limit).")
      .def("__init__", &OpenReader, "path"_a, nb::kw_only(), "compression"_a = "none",
           "max_record_bytes"_a = records::RecordReader::Options().max_record_bytes,
           "compression: none, gzip, zlib or zstd. max_record_bytes: a longer record is an error; "
           "at "
           "least 1.")
      .def(
          "__iter__", [](nb::handle self) { return nb::borrow(self); },
          nb::sig("def __iter__(self) -> RecordReader"))
      .def("__next__", &NextRecord)
      .def(
          "read_batch", &ReadBatch, "max_records"_a,
          "The next records, at most max_records (at least 1), without copying them.\n\n"
          "Returns (data, extents): data is uint8 [bytes], extents is int64 [records, 2]; record i "
          "is\n"
          "data[extents[i, 0]:extents[i, 1]]. Fewer than max_records come only before the end or a "
          "failure;\nnone at the end. Both arrays keep the memory alive and cannot be written to.");
}

struct Writer {
  explicit Writer(records::RecordWriter created) : writer(std::move(created)) {}

  std::mutex mutex;  // Locked only by a thread that does not hold the interpreter's lock.
  records::RecordWriter writer;
};

void CreateWriter(Writer* self, const std::filesystem::path& path, std::string_view compression) {
  const bytes::CompressionKind kind = ValueOrRaise(bytes::ParseCompression(compression));
  new (self)
      Writer(ValueOrRaise(Unlocked([&] { return records::RecordWriter::Create(path, kind); })));
}

void Write(Writer& self, const nb::bytes& record) {
  RaiseIfError(Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    return self.writer.Write(View(record));
  }));
}

void Close(Writer& self) {
  RaiseIfError(Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    return self.writer.Close();
  }));
}

void Exit(Writer& self, nb::handle exception_class, nb::handle, nb::handle) {
  const bool failed = !exception_class.is_none();
  RaiseIfError(Unlocked([&] {
    const std::lock_guard lock(self.mutex);
    if (failed) self.writer.Discard();
    return self.writer.closed() ? absl::OkStatus() : self.writer.Close();
  }));
}

void BindRecordWriter(nb::module_& module) {
  nb::class_<Writer>(
      module, "RecordWriter",
      "Writes a TFRecord file that appears at its path whole or not at all.\n\n"
      "As a context manager it closes the file at the end of the block; where the block "
      "raises, the file is\ngiven up and an old one at its path stands.")
      .def("__init__", &CreateWriter, "path"_a, nb::kw_only(), "compression"_a = "none",
           "compression: none, gzip, zlib or zstd.")
      .def("write", &Write, "record"_a,
           "Adds a record, which may be empty. Raises ResourceExhaustedError where the disk is "
           "full,\n"
           "FailedPreconditionError after close().")
      .def("close", &Close, "Completes the file, forces it to disk and gives it its name.")
      .def(
          "__enter__", [](nb::handle self) { return nb::borrow(self); },
          nb::sig("def __enter__(self) -> RecordWriter"))
      .def("__exit__", &Exit, "exception_class"_a.none(), "exception"_a.none(),
           "traceback"_a.none());
}

void BindCrc32c(nb::module_& module) {
  module.def(
      "crc32c",
      [](const nb::bytes& data) { return Unlocked([&] { return bytes::Crc32c(View(data)); }); },
      "data"_a, "CRC-32C (RFC 3720) of the bytes, not masked.");
  module.def(
      "file_crc32c",
      [](const std::filesystem::path& path) {
        return ValueOrRaise(Unlocked([&] { return bytes::FileCrc32c(path); }));
      },
      "path"_a, "CRC-32C of all bytes of a file. Raises NotFoundError, PermissionDeniedError.");
}

// The level of the kernels, and what is used beyond it: "avx512 vnni".
std::string CpuFeatures() {
  std::string features(numeric::CpuLevelName(numeric::GetCpuLevel()));
  if (numeric::HasAvx512Vnni()) features += " vnni";
  return features;
}

}  // namespace

NB_MODULE(_core, module) {
  module.doc() = "Frazo's C++ runtime.";
  BindExceptions(module);
  BindRecordReader(module);
  BindRecordWriter(module);
  BindRecordFile(module);
  BindShardedRecordWriter(module);
  BindCrc32c(module);
  module.def("cpu_features", &CpuFeatures,
             "The vector instructions that the kernels use here, as in 'avx512 vnni'.");
  BindTokenizer(module);
  BindPipeline(module);
  BindSearch(module);
}

}  // namespace frazo::bindings
