#ifndef FRAZO_CORE_PIPELINE_PIPELINE_H_
#define FRAZO_CORE_PIPELINE_PIPELINE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/batch/batch.h"
#include "core/batch/batcher_counters.h"
#include "core/batch/padding_report.h"
#include "core/pipeline/batch_production.h"
#include "core/pipeline/pipeline_plan.h"
#include "core/pipeline/pipeline_snapshot.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/pipeline_state.pb.h"

namespace frazo::pipeline {

// What became of the records.
struct PipelineCounters {
  // Up to the last batch that was given, since the first start: Restore() brings them back.
  PipelineTotals totals;
  batch::BatcherCounters batcher;
  // Counts what this process has read, also ahead of the consumer.
  sources::RecordStream::Counters stream;
  // The first different bad records that this process has met, also ahead of the consumer:
  // "'<path>': record 3 at byte 1234: <cause>".
  std::vector<std::string> bad_record_samples;
};

// From files to batches, as a Pipeline message says. The batches depend on the message and the
// files alone, never on threads. Threads of its own read, process and batch ahead of the consumer,
// in memory that queues of fixed size bound. One thread may use it at a time.
//
//   FRAZO_ASSIGN_OR_RETURN(auto plan, PipelinePlan::Create(config));
//   FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<Pipeline> pipeline, Pipeline::Create(plan));
//   for (batch::Batch batch; pipeline->Next(&batch);) Use(batch);
//   return pipeline->status();
class Pipeline {
 public:
  // Finds the files; the threads start with the first Next() or WaitForBatch(). Errors: as for
  // RecordStream::Create().
  static absl::StatusOr<std::unique_ptr<Pipeline>> Create(std::shared_ptr<const PipelinePlan> plan);

  // Returns true: *batch is set. false and status().ok(): the records have ended. false and
  // !status().ok(): it failed, and so will every later call; the batches before the failure have
  // been given. Errors name the file, the record and its byte: as for RecordStream::NextChunk(),
  // and kInvalidArgument for a record that cannot be processed, where there are more different
  // ones than processor.max_bad_records, and for an endless source without a single example.
  bool Next(batch::Batch* batch);

  // Returns true if Next() will not block; waits for that at most `timeout`.
  bool WaitForBatch(absl::Duration timeout) { return production_->WaitForBatch(timeout); }

  const absl::Status& status() const { return production_->status(); }

  // Where it stands after the last batch that Next() gave: a serialized PipelineState of some KB,
  // whatever the shuffle buffer.
  std::string SaveState() const;

  // Goes on after the batch that `state` was saved after; possible at any time. Reads the records
  // again whose batches were not full yet. Changes nothing in case of an error: kInvalidArgument
  // (not a state), kFailedPrecondition (of another configuration, vocabulary or other files, and
  // what differs), kDataLoss (a record that was held is no example any more), or as for
  // RecordStream::ReadAgain().
  absl::Status Restore(std::string_view state);

  PipelineCounters counters() const;
  // PipelineCounters::totals.bad_records() alone.
  int64_t bad_records() const { return snapshot_.totals.bad_records(); }

  // A report on the batches that Next() gave.
  const batch::PaddingReport& padding_report() const { return padding_report_; }

  const PipelinePlan& plan() const { return *plan_; }
  const std::shared_ptr<const PipelinePlan>& shared_plan() const { return plan_; }

 private:
  explicit Pipeline(std::shared_ptr<const PipelinePlan> plan)
      : plan_(std::move(plan)), padding_report_(plan_->buckets()) {}

  std::unique_ptr<BatchProduction> Produce(std::unique_ptr<sources::RecordStream> stream,
                                           std::unique_ptr<batch::Batcher> batcher) const;

  const std::shared_ptr<const PipelinePlan> plan_;
  // After the last batch that was given.
  PipelineSnapshot snapshot_;
  std::unique_ptr<BatchProduction> production_;
  batch::PaddingReport padding_report_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_PIPELINE_H_
