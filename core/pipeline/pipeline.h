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

// Counts the records by outcome.
struct PipelineCounters {
  // The counts up to the last batch given, since the first start: Restore() brings them back.
  PipelineTotals totals;
  batch::BatcherCounters batcher;
  // The counts of everything that this process has read, also ahead of the consumer.
  sources::RecordStream::Counters stream;
  // The first different bad records that this process has read, also ahead of the consumer:
  // "'<path>': record 3 at byte 1234: <cause>".
  std::vector<std::string> bad_record_samples;
};

// Makes batches from files, as a Pipeline message says. The batches depend on the message and the
// files alone, never on threads. The pipeline's own threads read, process and batch ahead of the
// consumer; queues of fixed size bound their memory. One thread at a time may use it.
//
//   FRAZO_ASSIGN_OR_RETURN(auto plan, PipelinePlan::Create(config));
//   FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<Pipeline> pipeline, Pipeline::Create(plan));
//   for (batch::Batch batch; pipeline->Next(&batch);) Use(batch);
//   return pipeline->status();
class Pipeline {
 public:
  // Finds the files. The threads start with the first Next() or WaitForBatch(). Errors: as for
  // RecordStream::Create().
  static absl::StatusOr<std::unique_ptr<Pipeline>> Create(std::shared_ptr<const PipelinePlan> plan);

  // Returns true: *batch is set. false and status().ok(): the records have ended. false and
  // !status().ok(): it failed, and so will every later call; the batches before the failure have
  // been given. Errors name the file, the record and its byte: as for RecordStream::NextChunk(),
  // and kInvalidArgument for a record that cannot be processed, where there are more different
  // ones than processor.max_bad_records, and for an endless source without a single example.
  bool Next(batch::Batch* batch);

  // Waits up to `timeout` for a batch; returns true if Next() will not block.
  bool WaitForBatch(absl::Duration timeout) { return production_->WaitForBatch(timeout); }

  const absl::Status& status() const { return production_->status(); }

  // Returns the position after the last batch that Next() gave: a serialized PipelineState of a few
  // KB, however large the shuffle buffer is.
  std::string SaveState() const;

  // Continues after the batch after which `state` was saved; may be called at any time. It reads
  // the records again whose batches were not full. An error changes nothing: kInvalidArgument (not
  // a state), kFailedPrecondition (the configuration, a vocabulary or the files have changed; it
  // names the difference), kDataLoss (a record that was held does not give an example any more), or
  // as for RecordStream::ReadAgain().
  absl::Status Restore(std::string_view state);

  PipelineCounters counters() const;

  // The padding of the batches that Next() gave.
  const batch::PaddingReport& padding_report() const { return padding_report_; }

  const PipelinePlan& plan() const { return *plan_; }
  const std::shared_ptr<const PipelinePlan>& shared_plan() const { return plan_; }

 private:
  explicit Pipeline(std::shared_ptr<const PipelinePlan> plan)
      : plan_(std::move(plan)), padding_report_(plan_->buckets()) {}

  std::unique_ptr<BatchProduction> Produce(std::unique_ptr<sources::RecordStream> stream,
                                           std::unique_ptr<batch::Batcher> batcher) const;

  const std::shared_ptr<const PipelinePlan> plan_;
  // The position after the last batch given.
  PipelineSnapshot snapshot_;
  std::unique_ptr<BatchProduction> production_;
  batch::PaddingReport padding_report_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_PIPELINE_H_
