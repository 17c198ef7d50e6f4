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
#include "core/pipeline/bad_record_places.h"
#include "core/process/record_processor.h"
#include "core/sources/record_chunk.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/pipeline_state.pb.h"

namespace frazo::pipeline {

// The position of a pipeline just after a batch. It is cheap, because one is taken with every batch
// and a state is rarely wanted.
struct PipelineSnapshot {
  // The stream is after the first `origin_records` records of a chunk of this origin. Null: at its
  // start.
  std::shared_ptr<const sources::ChunkOrigin> origin;
  int64_t origin_records = 0;
  // The records whose examples the batcher holds, and the rest of its state.
  std::vector<sources::RecordId> held;
  BatcherState batches;
  PipelineTotals totals;
  // The first `different_bad_records` of them are those up to here. Null: `totals` has them.
  std::shared_ptr<const BadRecordPlaces> bad_record_places;
  int64_t different_bad_records = 0;

  // Writes the fields of a PipelineState that don't come from the configuration.
  void WriteTo(PipelineState* state) const;
};

// Returns the bytes of a state. Equal messages give equal bytes, also if they have maps.
std::string SerializeState(const PipelineState& state);

// Error: kInvalidArgument if `serialized` is not a result of SerializeState().
absl::StatusOr<PipelineState> ParseState(std::string_view serialized);

// Reads what WriteTo() wrote. Error: kInvalidArgument if the parts do not belong together.
absl::Status ReadSnapshot(const PipelineState& state, PipelineSnapshot* snapshot);

// Restores `batcher`, which is new: reads the records that it held again. Errors: as for
// RecordStream::ReadAgain() and Batcher::Restore(), and kDataLoss for a record that does not give
// an example any more.
absl::Status RestoreBatcher(const PipelineSnapshot& snapshot, const sources::RecordStream& stream,
                            const process::RecordProcessor& processor, batch::Batcher* batcher);

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_PIPELINE_SNAPSHOT_H_
