#include "core/pipeline/pipeline.h"

#include <utility>

#include "absl/memory/memory.h"
#include "core/status/status_macros.h"

namespace frazo::pipeline {

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::Create(
    std::shared_ptr<const PipelinePlan> plan) {
  auto pipeline = absl::WrapUnique(new Pipeline(std::move(plan)));
  FRAZO_ASSIGN_OR_RETURN(auto stream, pipeline->plan_->MakeStream());
  FRAZO_ASSIGN_OR_RETURN(auto batcher, pipeline->plan_->MakeBatcher());
  batcher->Save(&pipeline->snapshot_.batches, &pipeline->snapshot_.held);
  pipeline->production_ = pipeline->Produce(std::move(stream), std::move(batcher));
  return pipeline;
}

bool Pipeline::Next(batch::Batch* batch) {
  ProducedBatch produced;
  if (!production_->Next(&produced)) {
    if (status().ok()) snapshot_ = std::move(produced.snapshot);
    return false;
  }
  snapshot_ = std::move(produced.snapshot);
  *batch = std::move(produced.batch);
  padding_report_.Add(*batch);
  return true;
}

std::string Pipeline::SaveState() const {
  PipelineState state;
  plan_->WriteTo(&state);
  snapshot_.WriteTo(&state);
  return SerializeState(state);
}

absl::Status Pipeline::Restore(std::string_view state) {
  FRAZO_ASSIGN_OR_RETURN(const PipelineState parsed, ParseState(state));
  FRAZO_RETURN_IF_ERROR(plan_->Check(parsed));
  PipelineSnapshot snapshot;
  FRAZO_RETURN_IF_ERROR(ReadSnapshot(parsed, &snapshot));
  FRAZO_ASSIGN_OR_RETURN(auto stream, plan_->MakeStream());
  FRAZO_ASSIGN_OR_RETURN(auto batcher, plan_->MakeBatcher());
  if (parsed.has_source()) FRAZO_RETURN_IF_ERROR(stream->Restore(parsed.source()));
  FRAZO_RETURN_IF_ERROR(RestoreBatcher(snapshot, *stream, plan_->processor(), batcher.get()));
  snapshot_ = std::move(snapshot);
  production_ = Produce(std::move(stream), std::move(batcher));
  return absl::OkStatus();
}

PipelineCounters Pipeline::counters() const {
  PipelineCounters counters;
  counters.totals = snapshot_.totals;
  counters.batcher = batch::BatcherCounters::Restore(snapshot_.batches);
  counters.stream = production_->stream_counters();
  counters.bad_record_samples = production_->bad_record_samples();
  return counters;
}

std::unique_ptr<BatchProduction> Pipeline::Produce(std::unique_ptr<sources::RecordStream> stream,
                                                   std::unique_ptr<batch::Batcher> batcher) const {
  BatchProduction::Options options;
  options.threads = plan_->threads();
  options.prefetch_batches = plan_->config().batcher().prefetch_batches();
  options.max_bad_records = plan_->config().processor().max_bad_records();
  return std::make_unique<BatchProduction>(std::move(stream), &plan_->processor(),
                                           std::move(batcher), options, snapshot_);
}

}  // namespace frazo::pipeline
