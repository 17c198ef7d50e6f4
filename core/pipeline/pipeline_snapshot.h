#ifndef FRAZO_CORE_PIPELINE_PIPELINE_SNAPSHOT_H_
#define FRAZO_CORE_PIPELINE_PIPELINE_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/batch/batcher.h"
#include "core/process/record_processor.h"
#include "core/sources/record_chunk.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/pipeline_state.pb.h"

namespace frazo::pipeline {

// Where a pipeline stands just after a batch; cheap to take with every batch, for a state is asked
// for seldom.
struct PipelineSnapshot {
  // The stream stands after the first `origin_records` records of a chunk of this origin. Null: at
  // its start.
  std::shared_ptr<const sources::ChunkOrigin> origin;
  int64_t origin_records = 0;
  // The records whose examples the batcher holds, and the rest of its state.
  std::vector<sources::RecordId> held;
  BatcherState batches;
  PipelineTotals totals;

  // Writes everything in a PipelineState that does not come from the configuration.
  void WriteTo(PipelineState* state) const;
};

// The bytes of a state; equal messages give equal bytes, maps included.
std::string SerializeState(const PipelineState& state);

// Error: kInvalidArgument if `serialized` is not what SerializeState() gave.
absl::StatusOr<PipelineState> ParseState(std::string_view serialized);

// What WriteTo() wrote. Error: kInvalidArgument where the parts do not belong together.
absl::Status ReadSnapshot(const PipelineState& state, PipelineSnapshot* snapshot);

// Brings `batcher`, which is new, to where it was: reads the records that it held again. Errors: as
// for RecordStream::ReadAgain() and Batcher::Restore(), and kDataLoss for a record that does not
// give an example any more.
absl::Status RestoreBatcher(const PipelineSnapshot& snapshot, const sources::RecordStream& stream,
                            const process::RecordProcessor& processor, batch::Batcher* batcher);

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_PIPELINE_SNAPSHOT_H_
