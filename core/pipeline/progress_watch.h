#ifndef FRAZO_CORE_PIPELINE_PROGRESS_WATCH_H_
#define FRAZO_CORE_PIPELINE_PROGRESS_WATCH_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "core/sources/record_chunk.h"

namespace frazo::pipeline {

// Detects an endless source whose records never become examples, and which would therefore never
// give a batch. Not thread-safe.
class ProgressWatch {
 public:
  // Notes a chunk of `records` records that starts at `origin`. `examples`: the number of all
  // examples in batches or held. Error: kInvalidArgument after a whole pass over the files without
  // a new example.
  absl::Status NoteChunk(const sources::ChunkOrigin& origin, int64_t records, int64_t examples);

 private:
  int64_t examples_ = 0;
  int64_t records_without_ = 0;
  // The next number of records at which the state is looked at; it doubles.
  int64_t next_look_ = 0;
  // The epoch of the source when the state was first looked at.
  std::optional<int64_t> first_epoch_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_PROGRESS_WATCH_H_
