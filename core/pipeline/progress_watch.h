#ifndef FRAZO_CORE_PIPELINE_PROGRESS_WATCH_H_
#define FRAZO_CORE_PIPELINE_PROGRESS_WATCH_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "core/sources/record_chunk.h"

namespace frazo::pipeline {

// Notices an endless source none of whose records becomes an example, from which no batch would
// ever come. Not thread-safe.
class ProgressWatch {
 public:
  // After a chunk of `records` records, which starts at `origin`. `examples`: all that are in
  // batches or held. Error: kInvalidArgument after a whole pass over the files without a new one.
  absl::Status NoteChunk(const sources::ChunkOrigin& origin, int64_t records, int64_t examples);

 private:
  int64_t examples_ = 0;
  int64_t records_without_ = 0;
  // The state is looked at after so many records without an example, then after twice as many.
  int64_t next_look_ = 0;
  // The epoch of the source when it was first looked at.
  std::optional<int64_t> first_epoch_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_PROGRESS_WATCH_H_
