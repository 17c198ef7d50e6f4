#ifndef FRAZO_CORE_OPS_CHECKED_ROWS_H_
#define FRAZO_CORE_OPS_CHECKED_ROWS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/ops/device_threads.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {

// Runs work(row) for all rows on the threads of the device; `cost` is that of a row in cycles.
// Returns the error of the first row that has one, with the name of the input and the row's number.
template <typename Work>
absl::Status ForEachRow(tensorflow::OpKernelContext* context, std::string_view input, int64_t rows,
                        int64_t cost, const Work& work) {
  std::vector<absl::Status> statuses(rows);
  DeviceThreads(context)->ParallelFor(rows,
                                      tsl::thread::ThreadPool::SchedulingParams::Adaptive(cost),
                                      [&](int64_t begin, int64_t end) {
                                        for (int64_t row = begin; row < end; ++row)
                                          statuses[row] = work(row);
                                      });
  for (int64_t row = 0; row < rows; ++row) {
    if (statuses[row].ok()) continue;
    return absl::Status(statuses[row].code(),
                        absl::StrCat(input, ", row ", row, ": ", statuses[row].message()));
  }
  return absl::OkStatus();
}

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_CHECKED_ROWS_H_
