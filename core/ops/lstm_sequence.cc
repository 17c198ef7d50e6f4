#include <cstdint>

#include "absl/status/statusor.h"
#include "core/kernels/lstm/backward.h"
#include "core/kernels/lstm/forward.h"
#include "core/kernels/lstm/recurrence.h"
#include "core/kernels/lstm/step_team.h"
#include "core/ops/lstm_arguments.h"
#include "core/ops/lstm_pass.h"
#include "core/status/status_macros.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

constexpr int64_t kGates = 4;

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

class LstmSequenceOp final : public LstmOp {
 public:
  using LstmOp::LstmOp;

 private:
  absl::Status Run(OpKernelContext* context) const override {
    const Tensor& gates = context->input(0);
    FRAZO_ASSIGN_OR_RETURN(LstmArguments arguments, ReadLstmArguments(context, gates, 1));
    FRAZO_RETURN_IF_ERROR(ReadLstmStarts(context->input(8), &arguments));
    const lstm::Shape& shape = arguments.shape;
    const TensorShape outputs({shape.batch, shape.time, shape.size});
    FRAZO_ASSIGN_OR_RETURN(float* output, AllocateLstmOutput(context, 0, outputs, true));
    FRAZO_ASSIGN_OR_RETURN(const lstm::Trace<float> trace,
                           AllocateLstmTrace(context, arguments, 1));

    Tensor kernel_memory, projection_memory;
    lstm::ForwardInputs inputs = {
        gates.flat<float>().data(), {}, {}, arguments.norm, arguments.places};
    FRAZO_ASSIGN_OR_RETURN(
        inputs.kernel,
        PackForSteps(context, {arguments.kernel, shape.size, lstm::kGates * shape.units, false},
                     &kernel_memory));
    if (arguments.projection != nullptr) {
      FRAZO_ASSIGN_OR_RETURN(
          inputs.projection,
          PackForSteps(context, {arguments.projection, shape.units, shape.size, false},
                       &projection_memory));
    }
    lstm::Forward pass(shape, settings(), inputs, trace, output);
    RunLstmPass(context, shape, [&](lstm::StepTeam* team) { pass.Run(team); });
    return absl::OkStatus();
  }
};

class LstmSequenceGradientOp final : public LstmOp {
 public:
  using LstmOp::LstmOp;

 private:
  absl::Status Run(OpKernelContext* context) const override {
    const Tensor& gates = context->input(1);
    FRAZO_ASSIGN_OR_RETURN(LstmArguments arguments, ReadLstmArguments(context, gates, 4));
    FRAZO_RETURN_IF_ERROR(ReadLstmStarts(context->input(11), &arguments));
    const lstm::Shape& shape = arguments.shape;
    const Tensor& output_gradient = context->input(0);
    FRAZO_RETURN_IF_ERROR(CheckLstmShape("output_gradient", output_gradient,
                                         TensorShape({shape.batch, shape.time, shape.size})));
    lstm::BackwardInputs inputs = {};
    inputs.output_gradient = output_gradient.flat<float>().data();
    inputs.norm = arguments.norm;
    inputs.places = arguments.places;
    FRAZO_ASSIGN_OR_RETURN(inputs.trace, ReadLstmTrace(context, arguments, 1));
    FRAZO_ASSIGN_OR_RETURN(const lstm::BackwardResults results,
                           AllocateLstmGradients(context, arguments));

    Tensor kernel_memory, projection_memory;
    FRAZO_ASSIGN_OR_RETURN(
        inputs.kernel,
        PackForSteps(context, {arguments.kernel, lstm::kGates * shape.units, shape.size, true},
                     &kernel_memory));
    if (arguments.projection != nullptr) {
      FRAZO_ASSIGN_OR_RETURN(
          inputs.projection,
          PackForSteps(context, {arguments.projection, shape.size, shape.units, true},
                       &projection_memory));
    }
    lstm::Backward pass(shape, settings(), inputs, results);
    RunLstmPass(context, shape, [&](lstm::StepTeam* team) { pass.Run(team); });
    return absl::OkStatus();
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>LstmSequence").Device(tensorflow::DEVICE_CPU), LstmSequenceOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>LstmSequenceGradient").Device(tensorflow::DEVICE_CPU),
                        LstmSequenceGradientOp);

}  // namespace

}  // namespace frazo::ops
