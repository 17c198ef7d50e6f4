#include "core/kernels/loss/smoothed_cross_entropy.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/ops/cross_entropy_rows.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status InferLosses(InferenceContext* context) {
  ShapeHandle logits, labels;
  DimensionHandle rows;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &logits));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &labels));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(logits, 0), context->Dim(labels, 0), &rows));
  context->set_output(0, context->Vector(rows));
  context->set_output(1, context->Matrix(rows, 2));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>SmoothedCrossEntropy")
    .Input("logits: float")
    .Input("labels: int32")
    .Output("losses: float")
    .Output("totals: float")
    .Attr("smoothing: float = 0.0")
    .SetShapeFn(InferLosses)
    .Doc(R"doc(
-sum over classes c of target[c] log softmax(logits)[c] for each row, in nats, in one pass over the logits.

target is 1 - smoothing for the label and smoothing / (classes - 1) for every other class. The result does not depend
on the number of threads. NaN where a logit is NaN or plus infinity. InvalidArgument if the shapes do not fit or a
label is not a class.

logits: [rows, classes].
labels: [rows], each 0 .. classes - 1.
losses: [rows].
totals: [rows, 2] for SmoothedCrossEntropyGradient: the largest logit, and log(sum(exp(logits - largest))).
smoothing: in [0, 1); 0 if there is but one class.
)doc");

REGISTER_OP("Frazo>SmoothedCrossEntropyGradient")
    .Input("logits: float")
    .Input("labels: int32")
    .Input("totals: float")
    .Input("slopes: float")
    .Output("gradient: float")
    .Attr("smoothing: float = 0.0")
    .SetShapeFn(InferLogitsGradient)
    .Doc(R"doc(
The derivative of sum(slopes * losses) by the logits, in the logits' memory where nobody else needs them.

(softmax(logits) - target) * slopes, with the losses and targets of SmoothedCrossEntropy.

logits, labels, smoothing: as those were.
totals: [rows, 2] as it gave them.
slopes: [rows].
gradient: [rows, classes].
)doc");

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
    // With a single class there is no other class that could get a share.
    return {logits.flat<float>().data(), logits.dim_size(1), labels.flat<int32_t>().data(),
            logits.dim_size(1) == 1 ? 0 : smoothing_};
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
    OP_REQUIRES_OK(context,
                   CheckTotalsAndSlopes("SmoothedCrossEntropyGradient", labels, totals, slopes));
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
