#include "core/pipeline/pipeline_snapshot.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/process/example.h"
#include "core/process/processed_chunk.h"
#include "core/status/status_macros.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace frazo::pipeline {
namespace {

// The origin for the position of a restored state.
class RestoredOrigin final : public sources::ChunkOrigin {
 public:
  explicit RestoredOrigin(RecordSourceState state) : state_(std::move(state)) {}

  RecordSourceState StateAfter(int64_t) const override { return state_; }

 private:
  const RecordSourceState state_;
};

}  // namespace

void PipelineSnapshot::WriteTo(PipelineState* state) const {
  if (origin != nullptr) *state->mutable_source() = origin->StateAfter(origin_records);
  PipelineState::HeldRecords& ids = *state->mutable_held();
  const bool in_first_epoch = absl::c_all_of(held, [](const auto& id) { return id.epoch == 0; });
  for (const sources::RecordId& id : held) {
    ids.add_source(id.source);
    ids.add_file(id.file);
    ids.add_record(id.position.record);
    ids.add_byte(id.position.byte);
    if (!in_first_epoch) ids.add_epoch(id.epoch);
  }
  *state->mutable_batches() = batches;
  *state->mutable_totals() = totals;
  if (bad_record_places != nullptr) {
    bad_record_places->AppendFirst(different_bad_records,
                                   state->mutable_totals()->mutable_different_bad_records());
  }
}

std::string SerializeState(const PipelineState& state) {
  std::string serialized;
  {
    google::protobuf::io::StringOutputStream bytes(&serialized);
    google::protobuf::io::CodedOutputStream coded(&bytes);
    coded.SetSerializationDeterministic(true);
    state.SerializeToCodedStream(&coded);
  }
  return serialized;
}

absl::StatusOr<PipelineState> ParseState(std::string_view serialized) {
  PipelineState state;
  if (!state.ParseFromString(std::string(serialized)) || !state.has_processor() ||
      !state.has_batcher()) {
    return absl::InvalidArgumentError(
        "these bytes are not the saved state of a pipeline; pass what SaveState gave");
  }
  return state;
}

absl::Status ReadSnapshot(const PipelineState& state, PipelineSnapshot* snapshot) {
  const PipelineState::HeldRecords& ids = state.held();
  if (ids.file_size() != ids.source_size() || ids.record_size() != ids.source_size() ||
      ids.byte_size() != ids.source_size() ||
      (ids.epoch_size() != ids.source_size() && ids.epoch_size() != 0)) {
    return absl::InvalidArgumentError(
        "the state is damaged: its lists of held records differ in "
        "length; restore another one");
  }
  *snapshot = PipelineSnapshot();
  if (state.has_source()) snapshot->origin = std::make_shared<RestoredOrigin>(state.source());
  snapshot->held.reserve(ids.source_size());
  for (int i = 0; i < ids.source_size(); ++i) {
    sources::RecordId id = {ids.source(i), ids.file(i), {ids.record(i), ids.byte(i)}};
    if (ids.epoch_size() > 0) id.epoch = ids.epoch(i);
    snapshot->held.push_back(id);
  }
  snapshot->batches = state.batches();
  snapshot->totals = state.totals();
  return absl::OkStatus();
}

absl::Status RestoreBatcher(const PipelineSnapshot& snapshot, const sources::RecordStream& stream,
                            const process::RecordProcessor& processor, batch::Batcher* batcher) {
  const std::vector<sources::RecordId>& held = snapshot.held;
  std::vector<std::string> data(held.size());
  FRAZO_RETURN_IF_ERROR(stream.ReadAgain(
      held, [&](size_t index, std::string_view record) { data[index] = std::string(record); }));
  std::vector<sources::SourceRecord> records;
  records.reserve(held.size());
  for (size_t i = 0; i < held.size(); ++i) records.push_back({data[i], held[i]});
  process::ProcessedChunk processed;
  processor.Process(records, &processed);
  std::vector<process::Example> examples;
  examples.reserve(held.size());
  for (size_t i = 0; i < held.size(); ++i) {
    if (processed.outcome(i) != process::ProcessedChunk::Outcome::kExample) {
      return absl::DataLossError(
          absl::StrCat(stream.Location(held[i]),
                       ": the record gives no example any more, though it did when the state was "
                       "saved; bring the file back as it was, or start without the state"));
    }
    examples.push_back(processed.example(i));
  }
  return batcher->Restore(snapshot.batches, held, examples);
}

}  // namespace frazo::pipeline
