#ifndef FRAZO_CORE_SOURCES_SEQUENTIAL_STREAM_H_
#define FRAZO_CORE_SOURCES_SEQUENTIAL_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/sources/file_source_plan.h"
#include "core/sources/file_stream.h"
#include "core/sources/lane_reader.h"
#include "core/sources/read_ahead.h"
#include "core/sources/reader_threads.h"
#include "core/sources/record_chunk.h"

namespace frazo::sources {

// Reads the files in the order of their names, and the records in the order of the file.
class SequentialStream final : public FileStream {
 public:
  SequentialStream(std::shared_ptr<const FileSourcePlan> plan,
                   std::shared_ptr<ReaderThreads> threads);

  bool NextChunk(int64_t max_records, RecordChunk* chunk) override;

 private:
  // Makes a run available that has records to give; false at the end or after a failure.
  bool FindRun();
  bool EndEpoch();
  std::shared_ptr<const ChunkOrigin> OriginOf(size_t count) const;

  int64_t epoch_ = 0;
  bool epoch_is_empty_ = true;
  LaneRun run_;
  // The number of records of the run that have been given.
  size_t given_ = 0;
  // The last member, because its threads use the others.
  std::unique_ptr<ReadAhead> reading_;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_SEQUENTIAL_STREAM_H_
