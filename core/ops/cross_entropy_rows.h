#ifndef FRAZO_CORE_OPS_CROSS_ENTROPY_ROWS_H_
#define FRAZO_CORE_OPS_CROSS_ENTROPY_ROWS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/loss/smoothed_cross_entropy.h"
#include "core/ops/device_threads.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"
#include "tsl/platform/threadpool.h"

// What the ops of cross entropies share, whether they have the logits of all classes or of some.
namespace frazo::ops {

// About the number of logits that a core reads per cycle.
inline constexpr int64_t kLogitsPerCycle = 2;

static_assert(sizeof(loss::RowTotal) == 2 * sizeof(float), "totals are a tensor [rows, 2]");

// Calls work(begin, end) for ranges that together are all rows of logits [rows, classes], in the
// threads of the device.
template <typename Work>
void ForEachRow(tensorflow::OpKernelContext* context, const tensorflow::Tensor& logits, Work work) {
  DeviceThreads(context)->ParallelFor(
      logits.dim_size(0),
      tsl::thread::ThreadPool::SchedulingParams::Adaptive(logits.dim_size(1) / kLogitsPerCycle + 1),
      work);
}

// The shape function of a gradient, whose inputs are logits [rows, classes], labels [rows], totals
// [rows, 2] and slopes [rows]. The output has the shape of the logits.
inline absl::Status InferLogitsGradient(tensorflow::shape_inference::InferenceContext* context) {
  tensorflow::shape_inference::ShapeHandle logits, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &logits));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 2, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(3), 1, &unused));
  context->set_output(0, logits);
  return absl::OkStatus();
}

// Error: kInvalidArgument, with the name of the op, unless totals are [rows, 2] and slopes [rows]
// for labels [rows].
inline absl::Status CheckTotalsAndSlopes(std::string_view op, const tensorflow::Tensor& labels,
                                         const tensorflow::Tensor& totals,
                                         const tensorflow::Tensor& slopes) {
  const int64_t rows = labels.dim_size(0);
  if (totals.shape() == tensorflow::TensorShape({rows, 2}) && slopes.shape() == labels.shape()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      op, ": totals have shape ", totals.shape().DebugString(), " and slopes ",
      slopes.shape().DebugString(), "; expected [rows, 2] and [rows] for ", rows, " rows"));
}

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_CROSS_ENTROPY_ROWS_H_
