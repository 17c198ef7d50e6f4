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
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/batch/batch.h"
#include "core/batch/batcher.h"
#include "core/pipeline/bad_record_places.h"
#include "core/pipeline/parallel_processing.h"
#include "core/pipeline/pipeline_snapshot.h"
#include "core/pipeline/progress_watch.h"
#include "core/process/record_processor.h"
#include "core/sources/record_stream.h"

namespace frazo::pipeline {

// A batch, and the position of the pipeline just after it.
struct ProducedBatch {
  batch::Batch batch;
  PipelineSnapshot snapshot;
};

// Makes the batches of a stream of records in its own threads, up to a bounded number of batches
// ahead of the consumer. One thread at a time may use it.
class BatchProduction {
 public:
  struct Options {
    // Number of threads that process records. >= 1.
    int threads = 1;
    // Number of batches that are ready ahead of the consumer. >= 1.
    int64_t prefetch_batches = 1;
    // More different bad records than this, including those of the snapshot, are an error. >= 0.
    int64_t max_bad_records = 0;
  };

  // Number of bad records that are kept as text.
  static constexpr size_t kBadRecordSamples = 10;

  // Continues at `start`, where `stream` and `batcher` already are. `processor` must live longer.
  // Starts no thread before the first WaitForBatch() or Next().
  BatchProduction(std::unique_ptr<sources::RecordStream> stream,
                  const process::RecordProcessor* processor,
                  std::unique_ptr<batch::Batcher> batcher, const Options& options,
                  PipelineSnapshot start);
  // Waits for the threads; each finishes its current work.
  ~BatchProduction();

  // Waits up to `timeout` for a batch; returns true if Next() will not block.
  bool WaitForBatch(absl::Duration timeout);

  // Returns true: *batch is set. false and status().ok(): the records have ended, and
  // batch->snapshot is the position there. false and !status().ok(): it failed, and so will every
  // later call.
  bool Next(ProducedBatch* batch);
  const absl::Status& status() const { return status_; }

  // The counters of everything read, also ahead of the consumer.
  sources::RecordStream::Counters stream_counters() const { return stream_->counters(); }
  // The first kBadRecordSamples different bad records since the start, including records read
  // ahead: "'<path>': record 3 at byte 1234: <cause>".
  std::vector<std::string> bad_record_samples() const;

 private:
  void Start();
  // Runs in the producer's thread until the end, the first error or Stop().
  void Produce();
  absl::Status AddChunk(const ParallelProcessing::Result& chunk);
  // Passes full batches to the consumer; `records` records of the present chunk have been added.
  absl::Status GiveBatches(int64_t records);
  absl::Status NoteBadRecord(const sources::RecordId& id, const absl::Status& cause);
  PipelineSnapshot TakeSnapshot(int64_t records);
  // Adds a batch to the queue; blocks while the queue is full. kCancelled after Stop().
  absl::Status Push(ProducedBatch batch);
  void End(const absl::Status& status, PipelineSnapshot snapshot);
  void Stop();

  const std::unique_ptr<sources::RecordStream> stream_;
  const process::RecordProcessor* const processor_;
  const Options options_;

  // Used by the producer's thread alone once it runs.
  const std::unique_ptr<batch::Batcher> batcher_;
  std::shared_ptr<const sources::ChunkOrigin> origin_;
  const int64_t start_records_;
  // Without different_bad_records.
  PipelineTotals totals_;
  // A bad record that comes again in each epoch counts once. The snapshots share it.
  const std::shared_ptr<BadRecordPlaces> bad_record_places_;
  ProgressWatch progress_;

  // Used by the consumer's thread alone.
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

  // Start() sets both.
  std::unique_ptr<ParallelProcessing> processing_;
  std::thread producer_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_BATCH_PRODUCTION_H_
