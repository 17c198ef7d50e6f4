#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/loss/smoothed_cross_entropy.h"
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

absl::Status InferParts(InferenceContext* context) {
  ShapeHandle logits, labels;
  DimensionHandle rows;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &logits));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &labels));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(logits, 0), context->Dim(labels, 0), &rows));
  context->set_output(0, context->Matrix(rows, 4));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>CutCrossEntropyParts")
    .Input("logits: float")
    .Input("labels: int32")
    .Output("parts: float")
    .SetShapeFn(InferParts)
    .Doc(R"doc(
What a process knows of the cross entropy of each row if it has the logits of some classes only, in one pass over them.

The result does not depend on the number of threads. InvalidArgument if the shapes do not fit or there is no class.

logits: [rows, classes], those of this process.
labels: [rows]. One that is not 0 .. classes - 1 is another process's.
parts: [rows, 4]: the largest logit; log(sum(exp(logits - largest))); largest - the label's logit, 0 if the label is
  another process's; sum(largest - logits).
)doc");

REGISTER_OP("Frazo>CutCrossEntropyGradient")
    .Input("logits: float")
    .Input("labels: int32")
    .Input("totals: float")
    .Input("slopes: float")
    .Output("gradient: float")
    .Attr("num_classes: int")
    .Attr("smoothing: float = 0.0")
    .SetShapeFn(InferLogitsGradient)
    .Doc(R"doc(
The derivative of sum(slopes * losses) by the logits of this process, in their memory where nobody else needs them.

(softmax - target) * slopes, with the losses and targets of SmoothedCrossEntropy over the classes of all processes.

logits, labels: as for CutCrossEntropyParts.
totals: [rows, 2]: over the classes of all processes, the largest logit, and log(sum(exp(logits - largest))).
slopes: [rows].
num_classes: of all processes.
smoothing: in [0, 1); 0 if there is but one class.
gradient: [rows, classes].
)doc");

static_assert(sizeof(loss::RowPart) == 4 * sizeof(float), "parts are a tensor [rows, 4]");

absl::Status CheckShapes(const Tensor& logits, const Tensor& labels) {
  if (logits.dims() != 2 || labels.dims() != 1 || logits.dim_size(0) != labels.dim_size(0) ||
      logits.dim_size(1) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("CutCrossEntropy: logits have shape ", logits.shape().DebugString(),
                     " and labels ", labels.shape().DebugString(),
                     "; expected [rows, classes] and [rows] with a class or more"));
  }
  return absl::OkStatus();
}

class CutCrossEntropyPartsOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Tensor& logits = context->input(0);
    const Tensor& labels = context->input(1);
    OP_REQUIRES_OK(context, CheckShapes(logits, labels));
    Tensor* parts = nullptr;
    OP_REQUIRES_OK(context,
                   context->allocate_output(0, TensorShape({labels.dim_size(0), 4}), &parts));
    const loss::SmoothedCrossEntropy entropy = {logits.flat<float>().data(), logits.dim_size(1),
                                                labels.flat<int32_t>().data(), 0};
    auto* of_rows = reinterpret_cast<loss::RowPart*>(parts->flat<float>().data());
    ForEachRow(context, logits,
               [&](int64_t begin, int64_t end) { entropy.Parts(begin, end, of_rows); });
  }
};

class CutCrossEntropyGradientOp final : public OpKernel {
 public:
  explicit CutCrossEntropyGradientOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("num_classes", &num_classes_));
    OP_REQUIRES_OK(context, context->GetAttr("smoothing", &smoothing_));
    OP_REQUIRES(context, smoothing_ >= 0 && smoothing_ < 1,
                absl::InvalidArgumentError(absl::StrCat("CutCrossEntropyGradient: smoothing is ",
                                                        smoothing_, "; expected [0, 1)")));
    OP_REQUIRES(context, num_classes_ > 0,
                absl::InvalidArgumentError(absl::StrCat("CutCrossEntropyGradient: num_classes is ",
                                                        num_classes_, "; expected 1 or more")));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& logits = context->input(0);
    const Tensor& labels = context->input(1);
    const Tensor& totals = context->input(2);
    const Tensor& slopes = context->input(3);
    OP_REQUIRES_OK(context, CheckShapes(logits, labels));
    OP_REQUIRES_OK(context,
                   CheckTotalsAndSlopes("CutCrossEntropyGradient", labels, totals, slopes));
    OP_REQUIRES(context, num_classes_ >= logits.dim_size(1),
                absl::InvalidArgumentError(
                    absl::StrCat("CutCrossEntropyGradient: num_classes is ", num_classes_,
                                 ", but this process alone has ", logits.dim_size(1), " classes")));
    Tensor* gradient = nullptr;
    OP_REQUIRES_OK(context,
                   context->forward_input_or_allocate_output({0}, 0, logits.shape(), &gradient));
    // With a single class there is no other class that could get a share.
    const loss::SmoothedCrossEntropy entropy = {logits.flat<float>().data(), logits.dim_size(1),
                                                labels.flat<int32_t>().data(),
                                                num_classes_ == 1 ? 0 : smoothing_, num_classes_};
    const auto* row_totals = reinterpret_cast<const loss::RowTotal*>(totals.flat<float>().data());
    const float* of_rows = slopes.flat<float>().data();
    float* of_logits = gradient->flat<float>().data();
    ForEachRow(context, logits, [&](int64_t begin, int64_t end) {
      entropy.Gradient(begin, end, of_rows, row_totals, of_logits);
    });
  }

 private:
  int64_t num_classes_;
  float smoothing_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>CutCrossEntropyParts").Device(tensorflow::DEVICE_CPU),
                        CutCrossEntropyPartsOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>CutCrossEntropyGradient").Device(tensorflow::DEVICE_CPU),
                        CutCrossEntropyGradientOp);

}  // namespace

}  // namespace frazo::ops
