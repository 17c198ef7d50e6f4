#include <cstdint>

#include "core/kernels/gemm/int8_matrix.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace frazo::ops {
namespace {

using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status InferQuantize(InferenceContext* context) {
  ShapeHandle matrix;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &matrix));
  bool transposed;
  TF_RETURN_IF_ERROR(context->GetAttr("transposed", &transposed));
  const DimensionHandle depth = context->Dim(matrix, transposed ? 1 : 0);
  const DimensionHandle columns = context->Dim(matrix, transposed ? 0 : 1);
  const DimensionHandle panels = context->ValueKnown(columns)
                                     ? context->MakeDim(gemm::PanelCount(context->Value(columns)))
                                     : context->UnknownDim();
  const DimensionHandle bytes = context->ValueKnown(depth)
                                    ? context->MakeDim(gemm::Int8PanelSize(context->Value(depth)))
                                    : context->UnknownDim();
  context->set_output(0, context->Matrix(panels, bytes));
  context->set_output(1, context->Vector(columns));
  context->set_output(2, context->Vector(columns));
  return absl::OkStatus();
}

absl::Status InferMultiply(InferenceContext* context) {
  ShapeHandle x, scales, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &x));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 2, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 1, &scales));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(3), 1, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(4), 1, &unused));
  context->set_output(0, context->Matrix(context->Dim(x, 0), context->Dim(scales, 0)));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>QuantizeMatrix")
    .Input("matrix: float")
    .Output("panels: int8")
    .Output("scales: float")
    .Output("sums: int32")
    .Attr("transposed: bool = false")
    .SetShapeFn(InferQuantize)
    .Doc(R"doc(
A matrix rounded to whole numbers from -127 to 127 times a scale for each column, for Frazo>Int8MatMul.

A column's scale is its largest magnitude / 127. The layout is the same on every processor: as Frazo>PackMatrix's,
with four neighbouring values of a column side by side, [ceil(depth / 4), 32, 4] a panel. A matrix with values that
are not finite gives an undefined one.

matrix: [depth, units], or [units, depth] if transposed.
panels: [ceil(units / 32), 128 ceil(depth / 4)].
scales: [units].
sums: [units] of each column's whole numbers.
transposed: whether matrix is the transpose of what is rounded.
)doc");

REGISTER_OP("Frazo>Int8MatMul")
    .Input("x: float")
    .Input("panels: int8")
    .Input("scales: float")
    .Input("sums: int32")
    .Input("bias: float")
    .Output("y: float")
    .SetShapeFn(InferMultiply)
    .Doc(R"doc(
x * matrix + bias for a few rows, each rounded to whole numbers from -127 to 127 times a scale of its own.

The product of the whole numbers is exact and the same on every processor. With 127 steps to the largest magnitude, a
value is off by at most 1 / 254 of its row's or column's largest. A row that is not finite gives NaN. It has no
gradient. InvalidArgument if the shapes do not fit, or the depth is above 65,000.

x: [rows, depth].
panels, scales, sums: of Frazo>QuantizeMatrix.
bias: [units], or [0] for none.
y: [rows, units].
)doc");

}  // namespace
}  // namespace frazo::ops
