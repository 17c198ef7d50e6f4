#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/loss/smoothed_cross_entropy.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/tensor.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tsl::thread::ThreadPool;

// Logits that a core reads in a cycle, roughly.
constexpr int64_t kLogitsPerCycle = 2;

static_assert(sizeof(loss::RowTotal) == 2 * sizeof(float), "totals are a tensor [rows, 2]");

absl::Status CheckLabels(const Tensor& logits, const Tensor& labels) {
  if (logits.dims() != 2 || labels.dims() != 1 || logits.dim_size(0) != labels.dim_size(0)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "SmoothedCrossEntropy: logits have shape ", logits.shape().DebugString(), " and labels ",
        labels.shape().DebugString(), "; expected [rows, classes] and [rows]"));
  }
  const auto classes = labels.vec<int32_t>();
  for (int64_t row = 0; row < classes.size(); ++row) {
    if (classes(row) < 0 || classes(row) >= logits.dim_size(1)) {
      return absl::InvalidArgumentError(absl::StrCat("SmoothedCrossEntropy: the label of row ", row,
                                                     " is ", classes(row), ", but there are ",
                                                     logits.dim_size(1), " classes"));
    }
  }
  return absl::OkStatus();
}

class SmoothedCrossEntropyKernel : public OpKernel {
 public:
  explicit SmoothedCrossEntropyKernel(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("smoothing", &smoothing_));
    OP_REQUIRES(context, smoothing_ >= 0 && smoothing_ < 1,
                absl::InvalidArgumentError(absl::StrCat("SmoothedCrossEntropy: smoothing is ",
                                                        smoothing_, "; expected [0, 1)")));
  }

 protected:
  loss::SmoothedCrossEntropy Entropy(const Tensor& logits, const Tensor& labels) const {
    // A single class has no other to share with.
    return {logits.flat<float>().data(), logits.dim_size(1), labels.flat<int32_t>().data(),
            logits.dim_size(1) == 1 ? 0 : smoothing_};
  }

  template <typename Work>
  static void ForEachRow(OpKernelContext* context, const Tensor& logits, Work work) {
    context->device()->tensorflow_cpu_worker_threads()->workers->ParallelFor(
        logits.dim_size(0),
        ThreadPool::SchedulingParams::Adaptive(logits.dim_size(1) / kLogitsPerCycle + 1), work);
  }

 private:
  float smoothing_;
};

class SmoothedCrossEntropyOp final : public SmoothedCrossEntropyKernel {
 public:
  using SmoothedCrossEntropyKernel::SmoothedCrossEntropyKernel;

  void Compute(OpKernelContext* context) override {
    const Tensor& logits = context->input(0);
    const Tensor& labels = context->input(1);
    OP_REQUIRES_OK(context, CheckLabels(logits, labels));
    Tensor* losses = nullptr;
    Tensor* totals = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, labels.shape(), &losses));
    OP_REQUIRES_OK(context,
                   context->allocate_output(1, TensorShape({labels.dim_size(0), 2}), &totals));
    const loss::SmoothedCrossEntropy entropy = Entropy(logits, labels);
    float* of_rows = losses->flat<float>().data();
    auto* row_totals = reinterpret_cast<loss::RowTotal*>(totals->flat<float>().data());
    ForEachRow(context, logits, [&](int64_t begin, int64_t end) {
      entropy.Losses(begin, end, of_rows, row_totals);
    });
  }
};

class SmoothedCrossEntropyGradientOp final : public SmoothedCrossEntropyKernel {
 public:
  using SmoothedCrossEntropyKernel::SmoothedCrossEntropyKernel;

  void Compute(OpKernelContext* context) override {
    const Tensor& logits = context->input(0);
    const Tensor& labels = context->input(1);
    const Tensor& totals = context->input(2);
    const Tensor& slopes = context->input(3);
    OP_REQUIRES_OK(context, CheckLabels(logits, labels));
    OP_REQUIRES(
        context,
        totals.shape() == TensorShape({labels.dim_size(0), 2}) && slopes.shape() == labels.shape(),
        absl::InvalidArgumentError(
            absl::StrCat("SmoothedCrossEntropyGradient: totals have shape ",
                         totals.shape().DebugString(), " and slopes ", slopes.shape().DebugString(),
                         "; expected [rows, 2] and [rows] for ", labels.dim_size(0), " rows")));
    Tensor* gradient = nullptr;
    OP_REQUIRES_OK(context,
                   context->forward_input_or_allocate_output({0}, 0, logits.shape(), &gradient));
    const loss::SmoothedCrossEntropy entropy = Entropy(logits, labels);
    const auto* row_totals = reinterpret_cast<const loss::RowTotal*>(totals.flat<float>().data());
    const float* of_rows = slopes.flat<float>().data();
    float* of_logits = gradient->flat<float>().data();
    ForEachRow(context, logits, [&](int64_t begin, int64_t end) {
      entropy.Gradient(begin, end, of_rows, row_totals, of_logits);
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>SmoothedCrossEntropy").Device(tensorflow::DEVICE_CPU),
                        SmoothedCrossEntropyOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>SmoothedCrossEntropyGradient").Device(tensorflow::DEVICE_CPU),
                        SmoothedCrossEntropyGradientOp);

}  // namespace
}  // namespace frazo::ops
