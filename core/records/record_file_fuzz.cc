// Reads arbitrary bytes as a file of records: the first byte chooses format and compression, the
// rest is the file.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/compressed_stream.h"
#include "core/bytes/compression.h"
#include "core/bytes/testing/string_sink.h"
#include "core/records/record_encoding.h"
#include "core/records/record_file_formats.h"
#include "core/testing/fuzz_target.h"

namespace frazo::records {
namespace {

constexpr bytes::CompressionKind kCompressions[] = {
    bytes::CompressionKind::kNone, bytes::CompressionKind::kGzip, bytes::CompressionKind::kZlib,
    bytes::CompressionKind::kZstd};
constexpr const char* kFormats[] = {"tfrecord", "text"};
// The maximal number of bytes of records that are read from one file, because a few bytes may
// decompress to very many.
constexpr size_t kMostBytes = size_t{1} << 16;

// A file in memory, which all inputs use.
class MemoryFile {
 public:
  MemoryFile() : file_(memfd_create("fuzz", MFD_CLOEXEC)) {
    Require(file_ >= 0, "there are files in memory");
  }

  void Fill(std::string_view bytes) {
    Require(ftruncate(file_, 0) == 0, "a file can be emptied");
    Require(pwrite(file_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
            "a file can be written");
  }

  std::string path() const { return absl::StrCat("/proc/self/fd/", file_); }

 private:
  const int file_;
};

struct Reading {
  std::vector<std::string> records;
  // The position of each record.
  std::vector<RecordPosition> positions;
  bool has_damage = false;
};

Reading ReadAll(RecordFile& file) {
  Reading reading;
  size_t bytes = 0;
  while (bytes < kMostBytes) {
    const RecordPosition position = file.position();
    std::string_view record;
    if (file.Next(&record)) {
      Require(reading.positions.empty() || reading.positions.back().byte < position.byte,
              "every record is behind the one before");
      reading.records.emplace_back(record);
      reading.positions.push_back(position);
      bytes += record.size() + 1;
      continue;
    }
    if (file.status().ok()) break;
    reading.has_damage = true;
    if (!file.SkipDamage().has_value()) break;
    Require(file.position().byte > position.byte, "SkipDamage() moves forward");
  }
  return reading;
}

void Check(std::string_view bytes) {
  static MemoryFile& memory = *new MemoryFile();
  if (bytes.empty()) return;
  const uint8_t choice = bytes[0];
  memory.Fill(bytes.substr(1));
  RecordFile::Options options;
  options.compression = kCompressions[choice % 4];
  options.max_record_bytes = 1 << 12;
  // So small that records cross the end of the buffer.
  options.buffer_bytes = 1 + choice / 8;
  const RecordFileOpener open = *FindRecordFormat(kFormats[choice / 4 % 2]);

  auto file = open(memory.path(), options, RecordPosition());
  if (!file.ok()) return;
  const Reading reading = ReadAll(**file);
  if (reading.has_damage || reading.records.empty()) return;
  const size_t middle = reading.records.size() / 2;
  auto rest = open(memory.path(), options, reading.positions[middle]);
  Require(rest.ok(), "a whole file opens at the position of a record");
  std::string_view record;
  Require((*rest)->Next(&record) && record == reading.records[middle],
          "a file opened at the position of a record goes on with it");
}

}  // namespace
}  // namespace frazo::records

std::vector<std::string> frazo::FuzzSeeds() {
  using namespace records;
  std::vector<std::string> seeds;
  for (int choice = 0; choice < 8; ++choice) {
    std::string bytes;
    auto sink =
        *bytes::Compress(kCompressions[choice % 4], std::make_unique<bytes::StringSink>(&bytes));
    for (const char* const record : {"a record", "", "another, a little longer than the others"}) {
      Require((*FindRecordEncoder(kFormats[choice / 4]))(record, sink.get()).ok(), "it is written");
    }
    Require(sink->Close().ok(), "it is closed");
    // A buffer of 25 bytes.
    seeds.push_back(std::string(1, static_cast<char>(24 * 8 + choice)) + bytes);
  }
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  frazo::records::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
