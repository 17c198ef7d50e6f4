#ifndef FRAZO_CORE_DECODE_ROW_WORKERS_H_
#define FRAZO_CORE_DECODE_ROW_WORKERS_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "core/decode/parallel_rows.h"

namespace frazo::decode {

// Owns threads, which wait between calls. One thread at a time may call Run(); it does a share of
// the work.
class RowWorkers final : public ParallelRows {
 public:
  // `threads` counts the thread that calls Run(); >= 1.
  explicit RowWorkers(int threads);
  RowWorkers(const RowWorkers&) = delete;
  RowWorkers& operator=(const RowWorkers&) = delete;
  ~RowWorkers() override;

  void Run(int64_t count, int64_t cycles,
           absl::FunctionRef<void(int64_t begin, int64_t end)> work) override;

 private:
  using Work = absl::FunctionRef<void(int64_t begin, int64_t end)>;

  void Serve();
  // Takes rows until none is left.
  void Share(Work work);

  // The rows of the present call, and how many of them are taken.
  int64_t count_ = 0;
  std::atomic<int64_t> taken_{0};

  std::mutex mutex_;
  std::condition_variable has_work_;
  std::condition_variable is_done_;
  // Guarded by mutex_.
  const Work* work_ = nullptr;
  int64_t calls_ = 0;
  // Number of this object's threads that work on the present call.
  int busy_ = 0;
  bool ending_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_ROW_WORKERS_H_
