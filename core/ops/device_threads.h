#ifndef FRAZO_CORE_OPS_DEVICE_THREADS_H_
#define FRAZO_CORE_OPS_DEVICE_THREADS_H_

#include "tensorflow/core/framework/op_kernel.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {

// Returns the threads of the device that an op runs on, which is a CPU.
inline tsl::thread::ThreadPool* DeviceThreads(tensorflow::OpKernelContext* context) {
  return context->device()->tensorflow_cpu_worker_threads()->workers;
}

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_DEVICE_THREADS_H_
