#ifndef FRAZO_CORE_PIPELINE_BATCH_PRODUCTION_H_
#define FRAZO_CORE_PIPELINE_BATCH_PRODUCTION_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/batch/batch.h"
#include "core/batch/batcher.h"
#include "core/pipeline/parallel_processing.h"
#include "core/pipeline/pipeline_snapshot.h"
#include "core/pipeline/progress_watch.h"
#include "core/process/record_processor.h"
#include "core/sources/record_stream.h"

namespace frazo::pipeline {

// A batch, and where the pipeline stands just after it.
struct ProducedBatch {
  batch::Batch batch;
  PipelineSnapshot snapshot;
};

// Makes the batches of a stream of records in threads of its own, a bounded number of them ahead of
// the consumer. One thread may use it at a time.
class BatchProduction {
 public:
  struct Options {
    // That process records. >= 1.
    int threads = 1;
    // That are ready ahead of the consumer. >= 1.
    int64_t prefetch_batches = 1;
    // More different ones than these, those of the snapshot counted in, are an error. >= 0.
    int64_t max_bad_records = 0;
  };

  // Bad records that are kept as text.
  static constexpr size_t kBadRecordSamples = 10;

  // Goes on at `start`, where `stream` and `batcher` stand. `processor` must live longer. Does
  // nothing before the first WaitForBatch() or Next().
  BatchProduction(std::unique_ptr<sources::RecordStream> stream,
                  const process::RecordProcessor* processor,
                  std::unique_ptr<batch::Batcher> batcher, const Options& options,
                  PipelineSnapshot start);
  // Waits for the threads; each finishes its current work.
  ~BatchProduction();

  // Returns true if Next() will not block; waits for that at most `timeout`.
  bool WaitForBatch(absl::Duration timeout);

  // Returns true: *batch is set. false and status().ok(): the records have ended, and
  // batch->snapshot says where. false and !status().ok(): it failed, and so will every later call.
  bool Next(ProducedBatch* batch);
  const absl::Status& status() const { return status_; }

  // As of what was read ahead.
  sources::RecordStream::Counters stream_counters() const { return stream_->counters(); }
  // The first kBadRecordSamples different ones since the start, read ahead too: "'<path>': record 3
  // at byte 1234: <cause>".
  std::vector<std::string> bad_record_samples() const;

 private:
  void Start();
  // What the producer's thread does: until the end, the first error or Stop().
  void Produce();
  absl::Status AddChunk(const ParallelProcessing::Result& chunk);
  // Hands the batches over that are full; `records` of the chunk at work have been added.
  absl::Status GiveBatches(int64_t records);
  absl::Status NoteBadRecord(const sources::RecordId& id, const absl::Status& cause);
  PipelineSnapshot TakeSnapshot(int64_t records);
  // Blocks while the queue is full; kCancelled after Stop().
  absl::Status Push(ProducedBatch batch);
  void End(const absl::Status& status, PipelineSnapshot snapshot);
  void Stop();

  const std::unique_ptr<sources::RecordStream> stream_;
  const process::RecordProcessor* const processor_;
  const Options options_;

  // For the producer's thread, once it runs.
  const std::unique_ptr<batch::Batcher> batcher_;
  std::shared_ptr<const sources::ChunkOrigin> origin_;
  const int64_t start_records_;
  PipelineTotals totals_;
  // Those of the totals: a bad record that comes again in each epoch counts once.
  std::unordered_set<uint64_t> different_bad_records_;
  ProgressWatch progress_;

  // For the consumer's thread.
  absl::Status status_;

  mutable std::mutex mutex_;
  std::condition_variable may_push_;
  std::condition_variable has_batch_;
  // Guarded by mutex_.
  std::deque<ProducedBatch> ready_;
  bool ended_ = false;
  bool stopped_ = false;
  absl::Status end_status_;
  PipelineSnapshot end_snapshot_;
  std::vector<std::string> bad_record_samples_;

  // Both set by Start().
  std::unique_ptr<ParallelProcessing> processing_;
  std::thread producer_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_BATCH_PRODUCTION_H_
