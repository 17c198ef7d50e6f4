#include "core/sources/read_ahead.h"

namespace frazo::sources {

ReadAhead::ReadAhead(std::vector<LaneReader> readers, const Limits& limits,
                     std::shared_ptr<ReaderThreads> threads)
    : limits_(limits), threads_(std::move(threads)) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (LaneReader& reader : readers) {
    lanes_.push_back(std::make_unique<Lane>(std::move(reader)));
    lanes_.back()->has_more = lanes_.back()->reader.has_more();
    ReadMore(lanes_.back().get());
  }
}

ReadAhead::~ReadAhead() {
  std::unique_lock<std::mutex> lock(mutex_);
  stopping_ = true;
  changed_.wait(lock, [this] { return reading_ == 0; });
}

LaneRun ReadAhead::Take(int32_t number) {
  std::unique_lock<std::mutex> lock(mutex_);
  Lane* const lane = lanes_[number].get();
  awaited_ = lane;
  changed_.wait(lock, [lane] { return !lane->runs.empty(); });
  awaited_ = nullptr;
  LaneRun run = std::move(lane->runs.front());
  lane->runs.pop_front();
  lane->records -= run.records.size();
  lane->bytes -= run.bytes;
  ReadMore(lane);
  return run;
}

void ReadAhead::ReadMore(Lane* lane) {
  const bool has_space =
      lane->runs.empty() || (lane->records < limits_.records && lane->bytes < limits_.bytes);
  if (lane->is_reading || stopping_ || !lane->has_more || !has_space) return;
  lane->is_reading = true;
  ++reading_;
  threads_->Run([this, lane] { Read(lane); });
}

void ReadAhead::Read(Lane* lane) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!stopping_) {
    lock.unlock();
    LaneRun run = lane->reader.Next();
    lock.lock();
    lane->has_more = lane->reader.has_more();
    lane->records += run.records.size();
    lane->bytes += run.bytes;
    lane->runs.push_back(std::move(run));
  }
  lane->is_reading = false;
  --reading_;
  ReadMore(lane);
  // Notified with the lock held, because the destructor may run once it is free.
  if (awaited_ == lane || (stopping_ && reading_ == 0)) changed_.notify_one();
}

}  // namespace frazo::sources
