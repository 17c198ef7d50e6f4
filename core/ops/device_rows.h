#ifndef FRAZO_CORE_OPS_DEVICE_ROWS_H_
#define FRAZO_CORE_OPS_DEVICE_ROWS_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "core/decode/parallel_rows.h"
#include "core/ops/device_threads.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {

// Divides rows among the threads of the device that an op runs on.
class DeviceRows final : public decode::ParallelRows {
 public:
  explicit DeviceRows(tensorflow::OpKernelContext* context) : pool_(DeviceThreads(context)) {}

  void Run(int64_t count, int64_t cycles,
           absl::FunctionRef<void(int64_t begin, int64_t end)> work) override {
    using ::tsl::thread::ThreadPool;
    pool_->ParallelFor(count, ThreadPool::SchedulingParams::Adaptive(cycles),
                       [work](int64_t begin, int64_t end) { work(begin, end); });
  }

 private:
  tsl::thread::ThreadPool* const pool_;
};

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_DEVICE_ROWS_H_
