#include "core/sources/record_stream.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "core/sources/create_file_stream.h"
#include "core/sources/mixed_stream.h"
#include "core/sources/reader_threads.h"
#include "core/status/status_macros.h"

namespace frazo::sources {
namespace {

// Slow storage needs several requests at once, even if there are few cores.
constexpr int kMinThreads = 4;

int LaneCount(const FileSource& source) {
  return source.has_shuffle() ? std::max(source.shuffle().lanes(), 1) : 1;
}

int LaneCount(const RecordSource& source) {
  if (source.has_files()) return LaneCount(source.files());
  int lanes = 0;
  for (const MixtureSource::Part& part : source.mixture().parts()) {
    lanes += LaneCount(part.source());
  }
  return lanes;
}

int ThreadCount(const RecordSource& source, int wanted) {
  const int cores = std::thread::hardware_concurrency();
  return std::min(LaneCount(source), wanted > 0 ? wanted : std::max(cores, kMinThreads));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordStream>> RecordStream::Create(const RecordSource& source,
                                                                   const Options& options) {
  auto threads = std::make_shared<ReaderThreads>(ThreadCount(source, options.reader_threads));
  switch (source.kind_case()) {
    case RecordSource::kFiles:
      return CreateFileStream(source.files(), options, std::move(threads));
    case RecordSource::kMixture:
      return MixedStream::Create(source.mixture(), options, std::move(threads));
    case RecordSource::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("the source is empty; set files or mixture");
}

}  // namespace frazo::sources
