#include "python/frazo/bindings/sharded_writer_binding.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/bytes/compression.h"
#include "core/records/sharded_record_writer.h"
#include "core/status/status_macros.h"
#include "python/frazo/bindings/status_exceptions.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

constexpr char kWriterDoc[] =
    R"(Writes records to a sharded set of files, which appear when all are whole.

As a context manager it closes the set at the end of the block. If the block raises, it leaves no
files behind.)";

constexpr char kCreateDoc[] = R"(Creates a set.

Args:
  pattern: name@8.ext for the files name-00000-of-00008.ext to name-00007-of-00008.ext. Any other
    path is a single file of that name.
  format: tfrecord, or text with one record per line.
  compression: none, gzip, zlib or zstd.

Raises:
  AlreadyExistsError: A file of the set exists, or a file of a set with another number of shards.)";

constexpr char kWriteDoc[] = R"(Adds a record.

Args:
  record: The record.
  shard: The shard that gets the record, counted from 0. None: the shards take turns.

Raises:
  ResourceExhaustedError: The disk is full.
  InvalidArgumentError: The format is text, and the record is not a line of text.
  FailedPreconditionError: The writer is closed.)";

constexpr char kWriteBatchDoc[] = R"(Adds records, for which the shards take turns.

Args:
  data: uint8 [bytes], as readers return it.
  extents: int64 [records, 2]. Record i is data[extents[i, 0]:extents[i, 1]].

Raises:
  InvalidArgumentError: Extents lie outside of data.)";

struct ShardedWriter {
  explicit ShardedWriter(records::ShardedRecordWriter created) : writer(std::move(created)) {}

  // Raises the status of call(writer). No other thread uses the writer meanwhile.
  template <typename Call>
  void Use(Call call) {
    RaiseIfError(Unlocked([&] {
      const std::lock_guard lock(mutex);
      return call(writer);
    }));
  }

  std::mutex mutex;  // Locked only by a thread that does not hold the interpreter's lock.
  records::ShardedRecordWriter writer;
};

void CreateShards(ShardedWriter* self, const std::filesystem::path& pattern,
                  std::string_view format, std::string_view compression) {
  records::ShardedRecordWriter::Options options;
  options.format = std::string(format);
  options.compression = ValueOrRaise(bytes::ParseCompression(compression));
  new (self) ShardedWriter(ValueOrRaise(
      Unlocked([&] { return records::ShardedRecordWriter::Create(pattern, options); })));
}

void WriteOne(ShardedWriter& self, const nb::bytes& record, std::optional<size_t> shard) {
  const std::string_view view(record.c_str(), record.size());
  self.Use([&](records::ShardedRecordWriter& writer) {
    return shard.has_value() ? writer.WriteTo(*shard, view) : writer.Write(view);
  });
}

using Bytes = nb::ndarray<const uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Extents = nb::ndarray<const int64_t, nb::shape<-1, 2>, nb::c_contig, nb::device::cpu>;

absl::Status WriteAll(const Bytes& data, const Extents& extents,
                      records::ShardedRecordWriter& writer) {
  const std::string_view bytes(reinterpret_cast<const char*>(data.data()), data.size());
  for (size_t record = 0; record < extents.shape(0); ++record) {
    const int64_t begin = extents.data()[2 * record];
    const int64_t end = extents.data()[2 * record + 1];
    if (begin < 0 || end < begin || end > static_cast<int64_t>(bytes.size())) {
      return absl::InvalidArgumentError(absl::StrCat("extents[", record, "] is [", begin, ", ", end,
                                                     "], which is not a range of the ",
                                                     bytes.size(), " bytes of data"));
    }
    FRAZO_RETURN_IF_ERROR(writer.Write(bytes.substr(begin, end - begin)));
  }
  return absl::OkStatus();
}

void ExitShards(ShardedWriter& self, nb::handle exception_class, nb::handle, nb::handle) {
  const bool failed = !exception_class.is_none();
  self.Use([&](records::ShardedRecordWriter& writer) {
    if (failed) writer.Discard();
    return writer.closed() ? absl::OkStatus() : writer.Close();
  });
}

}  // namespace

void BindShardedRecordWriter(nb::module_& module) {
  nb::class_<ShardedWriter>(module, "ShardedRecordWriter", kWriterDoc)
      .def("__init__", &CreateShards, "pattern"_a, nb::kw_only(), "format"_a = "tfrecord",
           "compression"_a = "none", kCreateDoc)
      .def("write", &WriteOne, "record"_a, "shard"_a = nb::none(), kWriteDoc,
           nb::sig("def write(self, record: bytes, shard: int | None = None) -> None"))
      .def(
          "write_batch",
          [](ShardedWriter& self, const Bytes& data, const Extents& extents) {
            self.Use([&](records::ShardedRecordWriter& writer) {
              return WriteAll(data, extents, writer);
            });
          },
          "data"_a, "extents"_a, kWriteBatchDoc)
      .def(
          "close",
          [](ShardedWriter& self) {
            self.Use([](records::ShardedRecordWriter& writer) { return writer.Close(); });
          },
          "Completes all files, syncs them to disk and gives them their names.")
      .def_prop_ro(
          "paths", [](ShardedWriter& self) { return self.writer.paths(); },
          "The paths of the shards, in order.")
      .def(
          "__enter__", [](nb::handle self) { return nb::borrow(self); },
          nb::sig("def __enter__(self) -> ShardedRecordWriter"))
      .def("__exit__", &ExitShards, "exception_class"_a.none(), "exception"_a.none(),
           "traceback"_a.none());
}

}  // namespace frazo::bindings
