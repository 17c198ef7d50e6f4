#include "core/decode/row_workers.h"

#include <algorithm>

namespace frazo::decode {
namespace {

// It takes about ten microseconds to wake a thread; less work than that is done sooner by one
// thread.
constexpr int64_t kMinCycles = 100'000;

}  // namespace

RowWorkers::RowWorkers(int threads) {
  for (int i = 1; i < threads; ++i) threads_.emplace_back([this] { Serve(); });
}

RowWorkers::~RowWorkers() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  has_work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void RowWorkers::Run(int64_t count, int64_t cycles, Work work) {
  if (threads_.empty() || count * cycles < kMinCycles) return work(0, count);
  {
    const std::lock_guard lock(mutex_);
    count_ = count;
    taken_ = 0;
    work_ = &work;
    ++calls_;
  }
  has_work_.notify_all();
  Share(work);
  std::unique_lock lock(mutex_);
  // A thread that wakes up only now has nothing to do, and nobody waits for it.
  work_ = nullptr;
  is_done_.wait(lock, [this] { return busy_ == 0; });
}

void RowWorkers::Serve() {
  int64_t served = 0;
  while (true) {
    std::unique_lock lock(mutex_);
    has_work_.wait(lock, [&] { return ending_ || (work_ != nullptr && calls_ > served); });
    if (ending_) return;
    served = calls_;
    const Work work = *work_;
    ++busy_;
    lock.unlock();
    Share(work);
    lock.lock();
    if (--busy_ == 0) is_done_.notify_one();
  }
}

void RowWorkers::Share(Work work) {
  while (true) {
    const int64_t row = taken_.fetch_add(1, std::memory_order_relaxed);
    if (row >= count_) return;
    work(row, row + 1);
  }
}

}  // namespace frazo::decode
