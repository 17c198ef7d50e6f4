#ifndef FRAZO_CORE_PIPELINE_PARALLEL_PROCESSING_H_
#define FRAZO_CORE_PIPELINE_PARALLEL_PROCESSING_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "core/process/processed_chunk.h"
#include "core/process/record_processor.h"
#include "core/sources/record_chunk.h"
#include "core/sources/record_stream.h"

namespace frazo::pipeline {

// Processes the records of a stream in its own threads, and gives the results in the stream's
// order.
//
// The threads take turns to read the next chunk of the stream, and process their chunks at the same
// time. The result of chunk n goes into slot n of a ring, where the consumer waits for it. The ring
// bounds the number of chunks in progress and restores their order.
class ParallelProcessing {
 public:
  struct Result {
    sources::RecordChunk records;
    process::ProcessedChunk outcomes;
  };

  // Starts `threads` (>= 1) threads. `stream` and `processor` must live longer. Nobody else may use
  // the stream meanwhile.
  ParallelProcessing(sources::RecordStream* stream, const process::RecordProcessor* processor,
                     int threads);
  // Waits for the threads; each finishes its current work.
  ~ParallelProcessing();

  // Returns true: *result is set, and valid until the next call. false: the stream has ended or
  // failed, see status(), or Stop() was called. One thread may call it.
  bool Next(const Result** result);

  // After Next() has returned false: ok at the end of the stream, else its error; kCancelled if
  // Stop() came first.
  absl::Status status() const;

  // Makes the present call and all later calls of Next() return false soon. Any thread may call it.
  void Stop();

 private:
  struct Slot {
    Result result;
    bool ready = false;
  };

  void Work();
  // Returns the number of records to ask for; called by the thread whose turn it is to read.
  int64_t RecordsPerChunk() const;
  void NoteRead(const sources::RecordChunk& chunk);
  // Frees the slot of the last result of Next() for the threads.
  void Release();

  sources::RecordStream* const stream_;
  const process::RecordProcessor* const processor_;
  // Chunk n is in slots_[n % slots_.size()].
  std::vector<Slot> slots_;
  // Whether the consumer has the result of slots_[given_ % slots_.size()]. Used by its thread
  // alone.
  bool consumer_has_result_ = false;
  // Used by the thread whose turn it is to read.
  int64_t records_read_ = 0;
  int64_t bytes_read_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable may_read_;
  std::condition_variable has_result_;
  // Guarded by mutex_.
  bool reading_ = false;
  bool ended_ = false;
  absl::Status end_status_ = absl::CancelledError("the pipeline was stopped");
  bool stopped_ = false;
  // Number of chunks read, and number of chunks that the consumer has finished.
  int64_t read_ = 0;
  int64_t given_ = 0;

  std::vector<std::thread> threads_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_PARALLEL_PROCESSING_H_
