// frazo._core: the C++ runtime for Python. A function here unpacks its arguments, calls the runtime
// and packs the result. It releases the interpreter's lock around each call of the runtime. Each
// object has a mutex, so that only one Python thread uses it at a time.

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
#include "python/frazo/bindings/align_binding.h"
#include "python/frazo/bindings/audio_binding.h"
#include "python/frazo/bindings/detection_score_binding.h"
#include "python/frazo/bindings/expert_binding.h"
#include "python/frazo/bindings/geometry_binding.h"
#include "python/frazo/bindings/pipeline_binding.h"
#include "python/frazo/bindings/record_arrays.h"
#include "python/frazo/bindings/record_file_binding.h"
#include "python/frazo/bindings/scene_object_binding.h"
#include "python/frazo/bindings/search_binding.h"
#include "python/frazo/bindings/sharded_writer_binding.h"
#include "python/frazo/bindings/status_exceptions.h"
#include "python/frazo/bindings/tokenizer_binding.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

constexpr char kReaderDoc[] =
    R"(Reads a TFRecord file from front to back and checks both CRCs of every record.

Iterating gives the records as bytes. Errors name the file, the record and its byte.

Raises:
  NotFoundError: The file does not exist.
  PermissionDeniedError: The file may not be read.
  DataLossError: The file is damaged or was cut short.
  InvalidArgumentError: The compression is wrong, or a record is longer than the limit.)";

constexpr char kOpenReaderDoc[] = R"(Opens a file.

Args:
  path: The file.
  compression: none, gzip, zlib or zstd.
  max_record_bytes: A longer record is an error; at least 1.)";

constexpr char kReadBatchDoc[] = R"(Reads the next records without copying them.

Args:
  max_records: The largest number of records; at least 1.

Returns:
  (data, extents). data is uint8 [bytes], extents is int64 [records, 2], and record i is
  data[extents[i, 0]:extents[i, 1]]. There are fewer than max_records only before the end of the
  file or an error, and none at the end. Both arrays keep the memory alive; they cannot be
  written to.)";

constexpr char kWriterDoc[] =
    R"(Writes a TFRecord file that appears at its path whole or not at all.

As a context manager it closes the file at the end of the block. If the block raises, it discards
the file, and an older file at the path stays.)";

constexpr char kCreateWriterDoc[] = R"(Creates a file.

Args:
  path: The file.
  compression: none, gzip, zlib or zstd.)";

constexpr char kWriteDoc[] = R"(Adds a record.

Args:
  record: The record, which may be empty.

Raises:
  ResourceExhaustedError: The disk is full.
  FailedPreconditionError: The writer is closed.)";

constexpr char kFileCrc32cDoc[] = R"(Returns the CRC-32C of all bytes of a file.

Raises:
  NotFoundError: The file does not exist.
  PermissionDeniedError: The file may not be read.)";

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
  nb::class_<Reader>(module, "RecordReader", kReaderDoc)
      .def("__init__", &OpenReader, "path"_a, nb::kw_only(), "compression"_a = "none",
           "max_record_bytes"_a = records::RecordReader::Options().max_record_bytes, kOpenReaderDoc)
      .def(
          "__iter__", [](nb::handle self) { return nb::borrow(self); },
          nb::sig("def __iter__(self) -> RecordReader"))
      .def("__next__", &NextRecord)
      .def("read_batch", &ReadBatch, "max_records"_a, kReadBatchDoc);
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
  nb::class_<Writer>(module, "RecordWriter", kWriterDoc)
      .def("__init__", &CreateWriter, "path"_a, nb::kw_only(), "compression"_a = "none",
           kCreateWriterDoc)
      .def("write", &Write, "record"_a, kWriteDoc)
      .def("close", &Close, "Completes the file, syncs it to disk and gives it its name.")
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
      "data"_a, "Returns the unmasked CRC-32C (RFC 3720) of the bytes.");
  module.def(
      "file_crc32c",
      [](const std::filesystem::path& path) {
        return ValueOrRaise(Unlocked([&] { return bytes::FileCrc32c(path); }));
      },
      "path"_a, kFileCrc32cDoc);
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
  module.def(
      "cpu_features", &CpuFeatures,
      "Names the vector instructions of the kernels on this machine, such as 'avx512 vnni'.");
  BindAudio(module);
  BindTokenizer(module);
  BindPipeline(module);
  BindSearch(module);
  BindExperts(module);
  BindAlign(module);
  BindDetectionScores(module);
  BindGeometry(module);
  BindSceneObjects(module);
}

}  // namespace frazo::bindings
