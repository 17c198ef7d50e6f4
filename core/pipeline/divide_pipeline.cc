#include "core/pipeline/divide_pipeline.h"

#include <memory>
#include <utility>

#include "core/batch/batcher.h"
#include "core/batch/batcher_counters.h"
#include "core/pipeline/pipeline_snapshot.h"
#include "core/sources/divide_states.h"
#include "core/sources/record_chunk.h"
#include "core/status/status_macros.h"
#include "frazo/proto/batcher_state.pb.h"
#include "frazo/proto/pipeline_state.pb.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::pipeline {
namespace {

void AddTotals(const PipelineTotals& more, PipelineTotals* totals) {
  totals->set_records(totals->records() + more.records());
  totals->set_record_bytes(totals->record_bytes() + more.record_bytes());
  totals->set_bad_records(totals->bad_records() + more.bad_records());
  while (totals->filtered_size() < more.filtered_size()) totals->add_filtered(0);
  for (int i = 0; i < more.filtered_size(); ++i) {
    totals->set_filtered(i, totals->filtered(i) + more.filtered(i));
  }
  totals->set_invalid_utf8(totals->invalid_utf8() + more.invalid_utf8());
  totals->set_batches(totals->batches() + more.batches());
  totals->set_truncated(totals->truncated() + more.truncated());
  totals->mutable_different_bad_records()->MergeFrom(more.different_bad_records());
}

void AddCounters(const BatcherState& state, batch::BatcherCounters* counters) {
  const batch::BatcherCounters more = batch::BatcherCounters::Restore(state);
  counters->examples += more.examples;
  counters->too_long += more.too_long;
  counters->empty += more.empty;
  counters->dropped_at_end += more.dropped_at_end;
}

// The state of all former replicas together.
struct Whole {
  std::vector<RecordSourceState> sources;
  std::vector<sources::RecordId> held;
  PipelineTotals totals;
  batch::BatcherCounters counters;
};

absl::Status Add(const PipelinePlan& plan, const std::string& serialized, Whole* whole) {
  FRAZO_ASSIGN_OR_RETURN(const PipelineState state, ParseState(serialized));
  FRAZO_RETURN_IF_ERROR(plan.Check(state));
  PipelineSnapshot snapshot;
  FRAZO_RETURN_IF_ERROR(ReadSnapshot(state, &snapshot));
  whole->sources.push_back(state.source());
  whole->held.insert(whole->held.end(), snapshot.held.begin(), snapshot.held.end());
  AddTotals(snapshot.totals, &whole->totals);
  AddCounters(snapshot.batches, &whole->counters);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> DividePipelineStates(const PipelinePlan& plan,
                                                              absl::Span<const std::string> states,
                                                              int32_t replicas) {
  if (states.size() == replicas) return std::vector<std::string>(states.begin(), states.end());
  Whole whole;
  for (const std::string& state : states) FRAZO_RETURN_IF_ERROR(Add(plan, state, &whole));
  FRAZO_ASSIGN_OR_RETURN(std::vector<RecordSourceState> sources,
                         sources::DivideStates(plan.config().source(), plan.StreamOptions(),
                                               whole.sources, whole.held, replicas));
  const int64_t held = static_cast<int64_t>(whole.held.size());
  whole.totals.set_records(whole.totals.records() - held);
  whole.counters.examples -= held;
  FRAZO_ASSIGN_OR_RETURN(const std::unique_ptr<batch::Batcher> batcher, plan.MakeBatcher());
  PipelineSnapshot snapshot;
  batcher->Save(&snapshot.batches, &snapshot.held);
  std::vector<std::string> divided;
  for (int32_t replica = 0; replica < replicas; ++replica) {
    PipelineState state;
    plan.WriteTo(&state);
    snapshot.WriteTo(&state);
    *state.mutable_source() = std::move(sources[replica]);
    if (replica == 0) {
      *state.mutable_totals() = whole.totals;
      whole.counters.Save(state.mutable_batches());
    }
    divided.push_back(SerializeState(state));
  }
  return divided;
}

}  // namespace frazo::pipeline
