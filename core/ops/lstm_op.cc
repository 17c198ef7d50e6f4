#include <cstdint>
#include <initializer_list>

#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace frazo::ops {
namespace {

using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

constexpr int64_t kGates = 4;

absl::Status CheckRanks(InferenceContext* context, std::initializer_list<int> ranks) {
  int input = 0;
  ShapeHandle unused;
  for (const int rank : ranks) {
    TF_RETURN_IF_ERROR(context->WithRank(context->input(input++), rank, &unused));
  }
  return absl::OkStatus();
}

// `shape`, or no elements if the input that it belongs to has none; which may not be known.
ShapeHandle InferOptional(InferenceContext* context, int input, const ShapeHandle& shape) {
  const DimensionHandle size = context->Dim(context->input(input), 0);
  if (!context->ValueKnown(size)) return context->UnknownShapeOfRank(3);
  return context->Value(size) == 0 ? context->MakeShape({0, 0, 0}) : shape;
}

absl::Status InferSequence(InferenceContext* context) {
  TF_RETURN_IF_ERROR(CheckRanks(context, {3, 2, 2, 1, 1, 3, 3, 2, 2}));
  const ShapeHandle gates = context->input(0);
  const DimensionHandle batch = context->Dim(gates, 0), time = context->Dim(gates, 1);
  const DimensionHandle size = context->Dim(context->input(1), 0);
  DimensionHandle units;
  TF_RETURN_IF_ERROR(context->Divide(context->Dim(gates, 2), kGates, true, &units));
  const ShapeHandle outputs = context->MakeShape({batch, time, size});
  context->set_output(0, outputs);
  context->set_output(1, gates);
  context->set_output(2, InferOptional(context, 3, context->MakeShape({batch, time, kGates})));
  context->set_output(3, context->MakeShape({batch, time, units}));
  context->set_output(4, outputs);
  return absl::OkStatus();
}

absl::Status InferGradient(InferenceContext* context) {
  TF_RETURN_IF_ERROR(CheckRanks(context, {3, 3, 3, 3, 2, 2, 1, 1, 3, 3, 2, 2}));
  context->set_output(0, context->input(1));
  context->set_output(1, context->input(6));
  context->set_output(2, context->input(7));
  context->set_output(3, InferOptional(context, 5, context->input(3)));
  context->set_output(4, InferOptional(context, 5, context->input(0)));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>LstmSequence")
    .Input("gates: float")
    .Input("kernel: float")
    .Input("projection: float")
    .Input("scale: float")
    .Input("bias: float")
    .Input("cell_zoneout: float")
    .Input("output_zoneout: float")
    .Input("mask: bool")
    .Input("starts: bool")
    .Output("output: float")
    .Output("trace_gates: float")
    .Output("inverse_deviations: float")
    .Output("cells_before: float")
    .Output("outputs_before: float")
    .Attr("layer_norm_epsilon: float = 1e-8")
    .Attr("cell_clip: float = 0.0")
    .Attr("output_tanh: bool = true")
    .Attr("reverse: bool = false")
    .SetShapeFn(InferSequence)
    .Doc(R"doc(
The recurrence of long short-term memory over whole sequences.

The gates candidate g, input i, forget f and output o lie side by side; c' and m' are the state before a token, and
* multiplies element by element. [g i f o] = gates + m' kernel, with layer norm each of the four standardized * scale
+ bias; c = sigmoid(f) * c' + sigmoid(i) * tanh(g), clipped; m = sigmoid(o) * tanh(c), with projection times that.
The other outputs are for Frazo>LstmSequenceGradient. The result does not depend on the number of threads.
InvalidArgument if the shapes do not fit, naming the input.

gates: [batch, time, 4 units], what the input adds to them; the bias, too, if there is no layer norm.
kernel: [size, 4 units].
projection: [units, size], or [0, 0] for none; size then is units.
scale: [4 units] of the layer norm, or [0] for none.
bias: [4 units] of the layer norm, or [0] for none.
cell_zoneout: [batch, time, units] share of c' that is kept of c, or [0, 0, 0] for none.
output_zoneout: [batch, time, size] share of m' that is kept of m, or [0, 0, 0] for none.
mask: [batch, time] true where a token is; elsewhere the state is handed on.
starts: [batch, time] true where the state before is zero, or [0, 0] if only the first place's is.
output: [batch, time, size] m; zero where no token is.
trace_gates: [batch, time, 4 units] before their nonlinearity; with layer norm, standardized.
inverse_deviations: [batch, time, 4] of the layer norm, or [0, 0, 0].
cells_before: [batch, time, units] c'.
outputs_before: [batch, time, size] m'.
layer_norm_epsilon: added to the variance; > 0.
cell_clip: c is clipped to [-cell_clip, cell_clip]; 0 for no limit.
output_tanh: false leaves the tanh of m out.
reverse: from the last place to the first.
)doc");

REGISTER_OP("Frazo>LstmSequenceGradient")
    .Input("output_gradient: float")
    .Input("trace_gates: float")
    .Input("inverse_deviations: float")
    .Input("cells_before: float")
    .Input("kernel: float")
    .Input("projection: float")
    .Input("scale: float")
    .Input("bias: float")
    .Input("cell_zoneout: float")
    .Input("output_zoneout: float")
    .Input("mask: bool")
    .Input("starts: bool")
    .Output("gates_gradient: float")
    .Output("scale_gradient: float")
    .Output("bias_gradient: float")
    .Output("hidden: float")
    .Output("projected_gradient: float")
    .Attr("layer_norm_epsilon: float = 1e-8")
    .Attr("cell_clip: float = 0.0")
    .Attr("output_tanh: bool = true")
    .Attr("reverse: bool = false")
    .SetShapeFn(InferGradient)
    .Doc(R"doc(
The gradients of Frazo>LstmSequence, but for two that are plain matrix products over all places:
that of kernel is outputs_before^T gates_gradient, and that of projection hidden^T projected_gradient.

InvalidArgument if the shapes do not fit, naming the input.

output_gradient: [batch, time, size].
trace_gates: of Frazo>LstmSequence.
inverse_deviations: of Frazo>LstmSequence.
cells_before: of Frazo>LstmSequence.
kernel: as all that follow, what Frazo>LstmSequence was given.
gates_gradient: [batch, time, 4 units]; zero where no token is.
scale_gradient: the shape of scale.
bias_gradient: the shape of bias.
hidden: [batch, time, units] the output before projection, or [0, 0, 0] without.
projected_gradient: [batch, time, size] of the output behind the projection, before zoneout, or [0, 0, 0].
)doc");

}  // namespace
}  // namespace frazo::ops
