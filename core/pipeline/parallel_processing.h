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

// Processes the records of a stream in threads of its own, and gives them in the stream's order.
//
// A thread takes the next chunk of the stream, in turn with the others, and processes it beside
// them. Chunk n goes into slot n of a ring, where the consumer waits for it: that bounds the
// chunks at work and puts them back in order.
class ParallelProcessing {
 public:
  struct Result {
    sources::RecordChunk records;
    process::ProcessedChunk outcomes;
  };

  // Starts `threads` (>= 1) threads. `stream` and `processor` must live longer; nobody else may use
  // the stream meanwhile.
  ParallelProcessing(sources::RecordStream* stream, const process::RecordProcessor* processor,
                     int threads);
  // Waits for the threads, each of which ends what it is at.
  ~ParallelProcessing();

  // Returns true: *result is set, and valid until the next call. false: the stream has ended or
  // failed, as status() says, or Stop() was called. For one thread.
  bool Next(const Result** result);

  // After Next() has returned false: ok at the end of the stream, else its error; kCancelled if
  // Stop() came first.
  absl::Status status() const;

  // Makes Next() return false soon, now and for ever. From any thread.
  void Stop();

 private:
  struct Slot {
    Result result;
    bool ready = false;
  };

  void Work();
  // How many records to ask for; called by the thread whose turn it is to read.
  int64_t RecordsPerChunk() const;
  void NoteRead(const sources::RecordChunk& chunk);
  // Gives the slot of the result that Next() gave last to the threads again.
  void Release();

  sources::RecordStream* const stream_;
  const process::RecordProcessor* const processor_;
  // Chunk n is in slots_[n % slots_.size()].
  std::vector<Slot> slots_;
  // The result of slots_[given_ % slots_.size()] is with the consumer; for its thread only.
  bool consumer_has_result_ = false;
  // For the thread whose turn it is to read only.
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
  // Chunks that were read, and of these the ones that the consumer is done with.
  int64_t read_ = 0;
  int64_t given_ = 0;

  std::vector<std::thread> threads_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_PARALLEL_PROCESSING_H_
