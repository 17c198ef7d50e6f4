// Measures records per second of RecordStream::NextChunk, from the page cache:
//
//   bazel run -c opt //core/sources:record_stream_benchmark
//
// The files are 8 TFRecord files with 200,000 records together, of 384 to 1600 bytes, mean 992.

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "core/numeric/random.h"
#include "core/records/record_writer.h"
#include "core/sources/record_stream.h"

namespace frazo::sources {
namespace {

constexpr int kFiles = 8;
constexpr int kRecordsPerFile = 25000;

// Created once, and removed at the end.
class RecordFolder {
 public:
  explicit RecordFolder(bytes::CompressionKind compression)
      : folder_(
            std::filesystem::temp_directory_path() /
            absl::StrCat("frazo-benchmark-", bytes::CompressionName(compression), "-", getpid())) {
    std::filesystem::create_directory(folder_);
    // Half of the bytes repeat, so that they can be compressed.
    numeric::Random random({1});
    std::string bytes(1 << 20, '\0');
    for (char& byte : bytes) byte = random.Below(2) == 0 ? 'a' : random.Below(256);
    for (int file = 0; file < kFiles; ++file) {
      auto writer = records::RecordWriter::Create(
          (folder_ / absl::StrCat("records-", file)).string(), compression);
      CHECK_OK(writer);
      for (int record = 0; record < kRecordsPerFile; ++record) {
        const size_t size = 384 + random.Below(1217);
        CHECK_OK(writer->Write(std::string_view(bytes).substr(random.Below(1 << 19), size)));
      }
      CHECK_OK(writer->Close());
    }
  }
  ~RecordFolder() { std::filesystem::remove_all(folder_); }

  RecordSource Source(bytes::CompressionKind compression) const {
    RecordSource source;
    FileSet& files = *source.mutable_files()->mutable_files();
    files.add_patterns((folder_ / "records-*").string());
    files.set_compression(static_cast<Compression>(compression));
    return source;
  }

 private:
  std::filesystem::path folder_;
};

const RecordFolder& FolderOf(bytes::CompressionKind compression) {
  static const RecordFolder plain(bytes::CompressionKind::kNone);
  if (compression == bytes::CompressionKind::kNone) return plain;
  static const RecordFolder gzip(bytes::CompressionKind::kGzip);
  return gzip;
}

// Counts iterations in records.
void Read(const RecordSource& source, benchmark::State& state) {
  auto stream = RecordStream::Create(source, RecordStream::Options());
  CHECK_OK(stream);
  RecordChunk chunk;
  int64_t left = 0;
  for (auto _ : state) {
    if (left == 0) {
      CHECK((*stream)->NextChunk(256, &chunk)) << (*stream)->status();
      left = chunk.records().size();
    }
    --left;
  }
  state.SetItemsProcessed((*stream)->counters().records);
  state.SetBytesProcessed((*stream)->counters().record_bytes);
}

void BM_InOrder(benchmark::State& state) {
  const auto compression = static_cast<bytes::CompressionKind>(state.range(0));
  Read(FolderOf(compression).Source(compression), state);
}
BENCHMARK(BM_InOrder)
    ->Arg(0)
    ->Arg(1)
    ->ArgName("compression")
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->MinTime(1);

void BM_Shuffled(benchmark::State& state) {
  const auto compression = static_cast<bytes::CompressionKind>(state.range(0));
  RecordSource source = FolderOf(compression).Source(compression);
  source.mutable_files()->mutable_shuffle()->set_buffer_records(10000);
  source.mutable_files()->mutable_shuffle()->set_lanes(state.range(1));
  Read(source, state);
}
BENCHMARK(BM_Shuffled)
    ->Args({0, 1})
    ->Args({0, 8})
    ->Args({1, 8})
    ->ArgNames({"compression", "lanes"})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->MinTime(1);

void BM_MixtureOfShuffled(benchmark::State& state) {
  const RecordFolder& folder = FolderOf(bytes::CompressionKind::kNone);
  RecordSource source;
  for (const float weight : {1.0f, 2.0f, 4.0f}) {
    MixtureSource::Part& part = *source.mutable_mixture()->add_parts();
    *part.mutable_source() = folder.Source(bytes::CompressionKind::kNone).files();
    part.mutable_source()->mutable_shuffle()->set_buffer_records(10000);
    part.set_weight(weight);
  }
  Read(source, state);
}
BENCHMARK(BM_MixtureOfShuffled)->MeasureProcessCPUTime()->UseRealTime()->MinTime(1);

}  // namespace
}  // namespace frazo::sources
