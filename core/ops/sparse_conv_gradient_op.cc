#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace frazo::ops {
namespace {

using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status InferShape(InferenceContext* context) {
  ShapeHandle input, filter, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 4, &input));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 4, &filter));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 4, &unused));
  context->set_output(0, input);
  context->set_output(1, filter);
  return absl::OkStatus();
}

REGISTER_OP("Frazo>SparseConv2DGradient")
    .Input("input: float")
    .Input("filter: float")
    .Input("output_gradient: float")
    .Output("input_gradient: float")
    .Output("filter_gradient: float")
    .Attr("stride: int >= 1")
    .Attr("padding: {'SAME', 'VALID'}")
    .SetShapeFn(InferShape)
    .Doc(R"doc(
Both gradients of a two-dimensional convolution, in time proportional to the nonzero elements of output_gradient.

Equals Conv2DBackpropInput and Conv2DBackpropFilter up to rounding. Behind max pooling and a rectifier nine in
ten elements are zero, and this takes a third of their time; where more than a third are nonzero, they are
faster. The result does not depend on the number of threads. InvalidArgument if the shapes do not belong to one
convolution.

input: [batch, height, width, channels].
filter: [kernel_height, kernel_width, channels, filters].
output_gradient: [batch, out_height, out_width, filters].
input_gradient: the shape of input.
filter_gradient: the shape of filter.
stride: step of the window in both directions, pixels.
padding: as in Conv2D.
)doc");

}  // namespace
}  // namespace frazo::ops
