#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace frazo::ops {
namespace {

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

absl::Status InferGradient(InferenceContext* context) {
  ShapeHandle logits, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &logits));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 2, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(3), 1, &unused));
  context->set_output(0, logits);
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
    .SetShapeFn(InferGradient)
    .Doc(R"doc(
The derivative of sum(slopes * losses) by the logits, in the logits' memory where nobody else needs them.

(softmax(logits) - target) * slopes, with the losses and targets of SmoothedCrossEntropy.

logits, labels, smoothing: as those were.
totals: [rows, 2] as it gave them.
slopes: [rows].
gradient: [rows, classes].
)doc");

}  // namespace
}  // namespace frazo::ops
