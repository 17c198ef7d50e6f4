#include "core/pipeline/parallel_processing.h"

#include <algorithm>

namespace frazo::pipeline {
namespace {

// A chunk is large enough that passing it on costs little beside processing it, and small enough to
// stay in a core's cache.
constexpr int64_t kChunkBytes = 256 << 10;
constexpr int64_t kMostRecords = 512;
// Used before the size of records is known: the first batch should come soon.
constexpr int64_t kFirstRecords = 32;

}  // namespace

ParallelProcessing::ParallelProcessing(sources::RecordStream* stream,
                                       const process::RecordProcessor* processor, int threads)
    : stream_(stream),
      processor_(processor),
      // Each thread has one chunk in progress and one that is ready, so that none waits for a slow
      // one. One more is with the consumer.
      slots_(2 * threads + 1) {
  threads_.reserve(threads);
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

ParallelProcessing::~ParallelProcessing() {
  Stop();
  for (std::thread& thread : threads_) thread.join();
}

bool ParallelProcessing::Next(const Result** result) {
  Release();
  std::unique_lock lock(mutex_);
  Slot& slot = slots_[given_ % slots_.size()];
  has_result_.wait(lock, [&] { return stopped_ || slot.ready || (ended_ && given_ == read_); });
  if (stopped_ || !slot.ready) return false;
  consumer_has_result_ = true;
  *result = &slot.result;
  return true;
}

absl::Status ParallelProcessing::status() const {
  const std::lock_guard lock(mutex_);
  return end_status_;
}

void ParallelProcessing::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  may_read_.notify_all();
  has_result_.notify_all();
}

void ParallelProcessing::Work() {
  std::unique_lock lock(mutex_);
  const auto may_read = [this] {
    return !reading_ && read_ - given_ < static_cast<int64_t>(slots_.size());
  };
  while (true) {
    may_read_.wait(lock, [&] { return stopped_ || ended_ || may_read(); });
    if (stopped_ || ended_) return;
    Slot& slot = slots_[read_ % slots_.size()];
    reading_ = true;
    lock.unlock();
    const bool got = stream_->NextChunk(RecordsPerChunk(), &slot.result.records);
    if (got) NoteRead(slot.result.records);
    lock.lock();
    reading_ = false;
    if (!got) {
      ended_ = true;
      end_status_ = stream_->status();
      may_read_.notify_all();
      has_result_.notify_all();
      return;
    }
    ++read_;
    may_read_.notify_one();
    lock.unlock();
    processor_->Process(slot.result.records.records(), &slot.result.outcomes);
    lock.lock();
    slot.ready = true;
    has_result_.notify_one();
  }
}

int64_t ParallelProcessing::RecordsPerChunk() const {
  if (records_read_ == 0) return kFirstRecords;
  const int64_t mean_bytes = bytes_read_ / records_read_ + 1;
  return std::clamp<int64_t>(kChunkBytes / mean_bytes, 1, kMostRecords);
}

void ParallelProcessing::NoteRead(const sources::RecordChunk& chunk) {
  records_read_ += chunk.records().size();
  for (const sources::SourceRecord& record : chunk.records()) bytes_read_ += record.data.size();
}

void ParallelProcessing::Release() {
  if (!consumer_has_result_) return;
  consumer_has_result_ = false;
  Slot& slot = slots_[given_ % slots_.size()];
  // Freed without the lock, because it may be a large piece of memory.
  slot.result.records = sources::RecordChunk();
  const std::lock_guard lock(mutex_);
  slot.ready = false;
  ++given_;
  may_read_.notify_one();
}

}  // namespace frazo::pipeline
