#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace frazo::ops {
namespace {

using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status InferPack(InferenceContext* context) {
  ShapeHandle matrix;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &matrix));
  bool transposed;
  TF_RETURN_IF_ERROR(context->GetAttr("transposed", &transposed));
  const DimensionHandle columns = context->Dim(matrix, transposed ? 0 : 1);
  const DimensionHandle panels = context->ValueKnown(columns)
                                     ? context->MakeDim(gemm::PanelCount(context->Value(columns)))
                                     : context->UnknownDim();
  context->set_output(0, context->MakeShape({panels, context->Dim(matrix, transposed ? 1 : 0),
                                             context->MakeDim(gemm::kPanelColumns)}));
  return absl::OkStatus();
}

absl::Status InferMultiply(InferenceContext* context) {
  ShapeHandle x, panels, bias;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &x));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 3, &panels));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 1, &bias));
  int64_t units;
  TF_RETURN_IF_ERROR(context->GetAttr("units", &units));
  context->set_output(0, context->Matrix(context->Dim(x, 0), units));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>PackMatrix")
    .Input("matrix: float")
    .Output("panels: float")
    .Attr("transposed: bool = false")
    .SetShapeFn(InferPack)
    .Doc(R"doc(
A matrix laid out for Frazo>PackedMatMul.

The layout is the same on every processor: panel p holds the columns 32 p to 32 p + 31, row after row, with zeros
where the matrix ends. [[1, 2], [3, 4]] becomes [[[1, 2, 0, ...], [3, 4, 0, ...]]], of shape [1, 2, 32].

matrix: [depth, units], or [units, depth] if transposed.
panels: [ceil(units / 32), depth, 32].
transposed: whether matrix is the transpose of what is packed.
)doc");

REGISTER_OP("Frazo>PackedMatMul")
    .Input("x: float")
    .Input("panels: float")
    .Input("bias: float")
    .Output("y: float")
    .Attr("units: int >= 1")
    .SetShapeFn(InferMultiply)
    .Doc(R"doc(
x * matrix + bias for a few rows and a matrix that was packed once.

Made for up to a hundred rows, as in decoding: every panel is read from memory once. The result does not depend on
the number of threads. It has no gradient. InvalidArgument if the shapes do not fit.

x: [rows, depth].
panels: [ceil(units / 32), depth, 32] of Frazo>PackMatrix.
bias: [units], or [0] for none.
y: [rows, units].
units: columns of the matrix, which the panels' padding does not tell.
)doc");

}  // namespace
}  // namespace frazo::ops
