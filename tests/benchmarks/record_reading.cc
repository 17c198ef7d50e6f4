// How fast records are read in C++, and how fast one core could.
//
//   record_reading in_order|shuffled|limit FOLDER RECORDS
//
// in_order: five passes over FOLDER's RECORDS records. shuffled: a buffer of 10,000, 8 lanes; four
// buffers are warm-up. limit: read() of the same files as often, a MiB at a time, and one CRC over
// each 64 KiB, on one thread: no reader that checks records on one core can be faster.
//
// Prints a line of JSON: the records a second and the largest resident set, MiB.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/bytes/crc32c.h"
#include "core/sources/record_stream.h"

namespace frazo {
namespace {

constexpr int64_t kShuffleBuffer = 10000;
// One pass is over in a tenth of a second.
constexpr int64_t kPasses = 5;
constexpr int64_t kChunkRecords = 256;
constexpr size_t kReadBytes = size_t{1} << 20;
constexpr size_t kChecksumBytes = size_t{64} << 10;

class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

RecordSource SourceOf(const std::string& folder) {
  RecordSource source;
  source.mutable_files()->mutable_files()->add_patterns(folder + "/*.tfrecord");
  return source;
}

std::unique_ptr<sources::RecordStream> Open(const RecordSource& source) {
  auto stream = sources::RecordStream::Create(source, sources::RecordStream::Options());
  CHECK(stream.ok()) << stream.status();
  return *std::move(stream);
}

// Reads until `least` records have come, and says how many.
int64_t Take(sources::RecordStream& stream, int64_t least) {
  sources::RecordChunk chunk;
  int64_t taken = 0;
  while (taken < least) {
    CHECK(stream.NextChunk(kChunkRecords, &chunk)) << stream.status();
    taken += chunk.records().size();
  }
  return taken;
}

double RateInOrder(const std::string& folder, int64_t records) {
  RecordSource source = SourceOf(folder);
  source.mutable_files()->set_epochs(kPasses);
  const Stopwatch stopwatch;
  const auto stream = Open(source);
  CHECK_EQ(Take(*stream, kPasses * records), kPasses * records);
  return kPasses * records / stopwatch.Seconds();
}

double RateShuffled(const std::string& folder, int64_t records) {
  RecordSource source = SourceOf(folder);
  source.mutable_files()->mutable_shuffle()->set_buffer_records(kShuffleBuffer);
  const auto stream = Open(source);
  Take(*stream, 4 * kShuffleBuffer);
  const Stopwatch stopwatch;
  const int64_t taken = Take(*stream, 3 * records);
  return taken / stopwatch.Seconds();
}

double RateOfOneCore(const std::string& folder, int64_t records) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".tfrecord") files.push_back(entry.path());
  }
  std::string buffer(kReadBytes, '\0');
  uint32_t checksum = 0;
  const Stopwatch stopwatch;
  for (size_t i = 0; i < kPasses * files.size(); ++i) {
    const auto& path = files[i % files.size()];
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    CHECK_GE(file, 0) << path;
    while (true) {
      const ssize_t size = read(file, buffer.data(), buffer.size());
      CHECK_GE(size, 0) << path;
      if (size == 0) break;
      for (std::string_view rest(buffer.data(), size); !rest.empty();
           rest.remove_prefix(std::min(rest.size(), kChecksumBytes))) {
        checksum ^= bytes::Crc32c(rest.substr(0, kChecksumBytes));
      }
    }
    close(file);
  }
  const double rate = kPasses * records / stopwatch.Seconds();
  // Uses the checksums, so that they have to be computed.
  std::fprintf(stderr, "checksum of checksums: %08x\n", checksum);
  return rate;
}

double PeakMemoryMb() {
  // Not getrusage: its ru_maxrss also counts the process that this one was started from.
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "VmHWM:") {
  }
  double kib = 0;
  CHECK(status >> kib);
  return kib / 1024;
}

int Main(int argc, char** argv) {
  int64_t records = 0;
  const std::string_view how = argc == 4 ? argv[1] : "";
  if ((how != "in_order" && how != "shuffled" && how != "limit") ||
      !absl::SimpleAtoi(argv[3], &records)) {
    std::fprintf(stderr, "usage: record_reading in_order|shuffled|limit FOLDER RECORDS\n");
    return 2;
  }
  const auto rate = how == "in_order"   ? RateInOrder
                    : how == "shuffled" ? RateShuffled
                                        : RateOfOneCore;
  const double records_per_second = rate(argv[2], records);
  std::printf("{\"figures\": {\"records_per_second\": %g}, \"peak_memory_mb\": %g}\n",
              records_per_second, PeakMemoryMb());
  return 0;
}

}  // namespace
}  // namespace frazo

int main(int argc, char** argv) { return frazo::Main(argc, argv); }
