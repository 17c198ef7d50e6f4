#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/lstm/attention.h"
#include "core/kernels/lstm/attention_backward.h"
#include "core/kernels/lstm/attention_forward.h"
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

absl::Status InferSequence(InferenceContext* context) {
  TF_RETURN_IF_ERROR(CheckRanks(context, {3, 2, 2, 1, 1, 3, 3, 2, 2, 3, 1, 3, 2}));
  const ShapeHandle gates = context->input(0);
  const DimensionHandle batch = context->Dim(gates, 0), time = context->Dim(gates, 1);
  const DimensionHandle size = context->Dim(context->input(1), 0);
  DimensionHandle units;
  TF_RETURN_IF_ERROR(context->Divide(context->Dim(gates, 2), lstm::kGates, true, &units));
  const ShapeHandle outputs = context->MakeShape({batch, time, size});
  const ShapeHandle probabilities =
      context->MakeShape({batch, time, context->Dim(context->input(9), 1)});
  context->set_output(0, outputs);
  context->set_output(1, probabilities);
  context->set_output(2, gates);
  context->set_output(3,
                      InferOptional(context, 3, context->MakeShape({batch, time, lstm::kGates})));
  context->set_output(4, context->MakeShape({batch, time, units}));
  context->set_output(5, outputs);
  context->set_output(6, context->MakeShape({batch, time, context->Dim(context->input(10), 0)}));
  context->set_output(7, probabilities);
  return absl::OkStatus();
}

absl::Status InferGradient(InferenceContext* context) {
  TF_RETURN_IF_ERROR(
      CheckRanks(context, {3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 1, 1, 3, 3, 2, 2, 3, 1, 3, 2}));
  context->set_output(0, context->input(2));
  context->set_output(1, context->input(10));
  context->set_output(2, context->input(11));
  context->set_output(3, InferOptional(context, 9, context->input(4)));
  context->set_output(4, InferOptional(context, 9, context->input(0)));
  context->set_output(5, context->input(5));
  context->set_output(6, context->input(16));
  context->set_output(7, context->input(17));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>AttentionLstmSequence")
    .Input("gates: float")
    .Input("kernel: float")
    .Input("projection: float")
    .Input("scale: float")
    .Input("bias: float")
    .Input("cell_zoneout: float")
    .Input("output_zoneout: float")
    .Input("mask: bool")
    .Input("query_kernel: float")
    .Input("keys: float")
    .Input("energy: float")
    .Input("feedback: float")
    .Input("source_mask: bool")
    .Output("output: float")
    .Output("probabilities: float")
    .Output("trace_gates: float")
    .Output("inverse_deviations: float")
    .Output("cells_before: float")
    .Output("outputs_before: float")
    .Output("queries: float")
    .Output("probabilities_before: float")
    .Attr("layer_norm_epsilon: float = 1e-8")
    .Attr("cell_clip: float = 0.0")
    .Attr("output_tanh: bool = true")
    .SetShapeFn(InferSequence)
    .Doc(R"doc(
Frazo>LstmSequence with additive attention (Bahdanau et al. 2015) to a memory inside the recurrence.

After a token with the output m, the probabilities p of the sources, the positions of the memory, are the softmax over s of
energy . tanh(keys[s] + m query_kernel). The gates of the next token are gates + m kernel + the sum over s of p[s] feedback[s].
If a source has the vector h[s] and the context p h adds p h C to the gates, feedback is h C. Before the first token m is 0 and p that of a
query of zeros. The other outputs are for Frazo>AttentionLstmSequenceGradient. The result does not depend on the number of threads.
InvalidArgument if the shapes do not fit, naming the input.

gates: [batch, time, 4 units], as all that follow up to mask, what Frazo>LstmSequence takes.
query_kernel: [size, hidden].
keys: [batch, sources, hidden].
energy: [hidden].
feedback: [batch, sources, 4 units].
source_mask: [batch, sources] true where a source is; if a row has none, its probabilities are equal.
output: [batch, time, size] m; zero where no token is.
probabilities: [batch, time, sources] p after each token; zero where no token is.
trace_gates: [batch, time, 4 units] before their nonlinearity; with layer norm, standardized.
inverse_deviations: [batch, time, 4] of the layer norm, or [0, 0, 0].
cells_before: [batch, time, units], as Frazo>LstmSequence's.
outputs_before: [batch, time, size] m before each token.
queries: [batch, time, hidden] m query_kernel.
probabilities_before: [batch, time, sources] p before each token.
layer_norm_epsilon: added to the variance; > 0.
cell_clip: the cell is clipped to [-cell_clip, cell_clip]; 0 for no limit.
output_tanh: false leaves the tanh of m out.
)doc");

REGISTER_OP("Frazo>AttentionLstmSequenceGradient")
    .Input("output_gradient: float")
    .Input("probabilities_gradient: float")
    .Input("trace_gates: float")
    .Input("inverse_deviations: float")
    .Input("cells_before: float")
    .Input("queries: float")
    .Input("probabilities: float")
    .Input("probabilities_before: float")
    .Input("kernel: float")
    .Input("projection: float")
    .Input("scale: float")
    .Input("bias: float")
    .Input("cell_zoneout: float")
    .Input("output_zoneout: float")
    .Input("mask: bool")
    .Input("query_kernel: float")
    .Input("keys: float")
    .Input("energy: float")
    .Input("feedback: float")
    .Input("source_mask: bool")
    .Output("gates_gradient: float")
    .Output("scale_gradient: float")
    .Output("bias_gradient: float")
    .Output("hidden: float")
    .Output("projected_gradient: float")
    .Output("queries_gradient: float")
    .Output("keys_gradient: float")
    .Output("energy_gradient: float")
    .Attr("layer_norm_epsilon: float = 1e-8")
    .Attr("cell_clip: float = 0.0")
    .Attr("output_tanh: bool = true")
    .SetShapeFn(InferGradient)
    .Doc(R"doc(
The gradients of Frazo>AttentionLstmSequence, but for four that are plain matrix products over all places:
those that Frazo>LstmSequenceGradient leaves out, that of query_kernel, output^T queries_gradient, and that of feedback,
probabilities_before^T gates_gradient for each row of the batch.

InvalidArgument if the shapes do not fit, naming the input.

output_gradient: [batch, time, size].
probabilities_gradient: [batch, time, sources].
trace_gates: of Frazo>AttentionLstmSequence, as all up to probabilities_before.
kernel: as all that follow, what Frazo>AttentionLstmSequence was given.
gates_gradient: [batch, time, 4 units], as all up to projected_gradient, what Frazo>LstmSequenceGradient returns.
queries_gradient: [batch, time, hidden]; zero where no token is.
keys_gradient: [batch, sources, hidden].
energy_gradient: [hidden].
)doc");

absl::Status CheckShape(const char* name, const Tensor& tensor, const TensorShape& expected) {
  if (tensor.shape() == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("AttentionLstmSequence: ", name, " has shape ",
                                                 tensor.shape().DebugString(), "; expected ",
                                                 expected.DebugString()));
}

struct AttentionArguments {
  lstm::Attention attention;
  const float* query_kernel;
};

// Reads the inputs from query_kernel to source_mask.
absl::StatusOr<AttentionArguments> ReadAttention(OpKernelContext* context, const lstm::Shape& shape,
                                                 int first_input) {
  const Tensor& query_kernel = context->input(first_input);
  const Tensor& keys = context->input(first_input + 1);
  const Tensor& energy = context->input(first_input + 2);
  const Tensor& feedback = context->input(first_input + 3);
  const Tensor& mask = context->input(first_input + 4);
  if (energy.dims() != 1 || energy.dim_size(0) == 0) {
    return absl::InvalidArgumentError(absl::StrCat("AttentionLstmSequence: energy has shape ",
                                                   energy.shape().DebugString(),
                                                   "; expected [hidden], hidden > 0"));
  }
  if (keys.dims() != 3) {
    return absl::InvalidArgumentError(absl::StrCat("AttentionLstmSequence: keys has shape ",
                                                   keys.shape().DebugString(),
                                                   "; expected [batch, sources, hidden]"));
  }
  const int64_t sources = keys.dim_size(1), hidden = energy.dim_size(0);
  FRAZO_RETURN_IF_ERROR(CheckShape("keys", keys, TensorShape({shape.batch, sources, hidden})));
  FRAZO_RETURN_IF_ERROR(
      CheckShape("query_kernel", query_kernel, TensorShape({shape.size, hidden})));
  FRAZO_RETURN_IF_ERROR(CheckShape(
      "feedback", feedback, TensorShape({shape.batch, sources, lstm::kGates * shape.units})));
  FRAZO_RETURN_IF_ERROR(CheckShape("source_mask", mask, TensorShape({shape.batch, sources})));
  return AttentionArguments{
      {sources, hidden, keys.flat<float>().data(), energy.flat<float>().data(),
       feedback.flat<float>().data(), mask.flat<bool>().data()},
      query_kernel.flat<float>().data()};
}

class AttentionLstmSequenceOp final : public LstmOp {
 public:
  using LstmOp::LstmOp;

 private:
  absl::Status Run(OpKernelContext* context) const override {
    const Tensor& gates = context->input(0);
    FRAZO_ASSIGN_OR_RETURN(const LstmArguments arguments, ReadLstmArguments(context, gates, 1));
    FRAZO_ASSIGN_OR_RETURN(const AttentionArguments attending,
                           ReadAttention(context, arguments.shape, 8));
    const auto [batch, time, units, size] = arguments.shape;
    FRAZO_ASSIGN_OR_RETURN(float* output,
                           AllocateLstmOutput(context, 0, TensorShape({batch, time, size}), true));
    FRAZO_ASSIGN_OR_RETURN(const lstm::AttentionTrace<float> trace,
                           AllocateTrace(context, arguments.shape, attending.attention));
    FRAZO_ASSIGN_OR_RETURN(const lstm::Trace<float> lstm_trace,
                           AllocateLstmTrace(context, arguments, 2));
    // The feedback is added to the gates in place.
    const float* given = gates.flat<float>().data();
    if (lstm_trace.gates != given) std::copy_n(given, gates.NumElements(), lstm_trace.gates);

    Tensor kernel_memory, projection_memory, query_memory;
    lstm::ForwardInputs inputs = {lstm_trace.gates, {}, {}, arguments.norm, arguments.places};
    FRAZO_ASSIGN_OR_RETURN(
        inputs.kernel, PackForSteps(context, {arguments.kernel, size, lstm::kGates * units, false},
                                    &kernel_memory));
    if (arguments.projection != nullptr) {
      FRAZO_ASSIGN_OR_RETURN(
          inputs.projection,
          PackForSteps(context, {arguments.projection, units, size, false}, &projection_memory));
    }
    lstm::AttentionForwardInputs attention_inputs = {
        attending.attention, {}, arguments.places.mask, lstm_trace.gates, output};
    FRAZO_ASSIGN_OR_RETURN(
        attention_inputs.query_kernel,
        PackForSteps(context, {attending.query_kernel, size, attending.attention.hidden, false},
                     &query_memory));
    lstm::Forward recurrence(arguments.shape, settings(), inputs, lstm_trace, output);
    lstm::AttentionForward pass(arguments.shape, attention_inputs, trace, &recurrence);
    RunLstmPass(context, arguments.shape, [&](lstm::StepTeam* team) { pass.Run(team); });
    return absl::OkStatus();
  }

  static absl::StatusOr<lstm::AttentionTrace<float>> AllocateTrace(
      OpKernelContext* context, const lstm::Shape& shape, const lstm::Attention& attention) {
    const TensorShape of_sources({shape.batch, shape.time, attention.sources});
    const TensorShape of_queries({shape.batch, shape.time, attention.hidden});
    lstm::AttentionTrace<float> trace;
    FRAZO_ASSIGN_OR_RETURN(trace.probabilities, AllocateLstmOutput(context, 1, of_sources, true));
    FRAZO_ASSIGN_OR_RETURN(trace.queries, AllocateLstmOutput(context, 6, of_queries, true));
    FRAZO_ASSIGN_OR_RETURN(trace.probabilities_before,
                           AllocateLstmOutput(context, 7, of_sources, true));
    return trace;
  }
};

class AttentionLstmSequenceGradientOp final : public LstmOp {
 public:
  using LstmOp::LstmOp;

 private:
  absl::Status Run(OpKernelContext* context) const override {
    const Tensor& gates = context->input(2);
    FRAZO_ASSIGN_OR_RETURN(const LstmArguments arguments, ReadLstmArguments(context, gates, 8));
    FRAZO_ASSIGN_OR_RETURN(const AttentionArguments attending,
                           ReadAttention(context, arguments.shape, 15));
    const auto [batch, time, units, size] = arguments.shape;
    FRAZO_RETURN_IF_ERROR(
        CheckShape("output_gradient", context->input(0), TensorShape({batch, time, size})));
    lstm::BackwardInputs inputs = {};
    inputs.output_gradient = context->input(0).flat<float>().data();
    inputs.norm = arguments.norm;
    inputs.places = arguments.places;
    FRAZO_ASSIGN_OR_RETURN(inputs.trace, ReadLstmTrace(context, arguments, 2));
    FRAZO_ASSIGN_OR_RETURN(lstm::AttentionBackwardInputs attention_inputs,
                           ReadTrace(context, arguments.shape, attending.attention));
    FRAZO_ASSIGN_OR_RETURN(const lstm::BackwardResults results,
                           AllocateLstmGradients(context, arguments));
    FRAZO_ASSIGN_OR_RETURN(const lstm::AttentionBackwardResults attention_results,
                           AllocateGradients(context, arguments.shape, attending.attention));
    attention_inputs.mask = arguments.places.mask;
    attention_inputs.gates_gradient = results.gates;

    Tensor kernel_memory, projection_memory, query_memory;
    FRAZO_ASSIGN_OR_RETURN(
        inputs.kernel, PackForSteps(context, {arguments.kernel, lstm::kGates * units, size, true},
                                    &kernel_memory));
    if (arguments.projection != nullptr) {
      FRAZO_ASSIGN_OR_RETURN(
          inputs.projection,
          PackForSteps(context, {arguments.projection, size, units, true}, &projection_memory));
    }
    FRAZO_ASSIGN_OR_RETURN(
        attention_inputs.query_kernel,
        PackForSteps(context, {attending.query_kernel, attending.attention.hidden, size, true},
                     &query_memory));
    lstm::Backward recurrence(arguments.shape, settings(), inputs, results);
    lstm::AttentionBackward pass(arguments.shape, attention_inputs, attention_results, &recurrence);
    RunLstmPass(context, arguments.shape, [&](lstm::StepTeam* team) { pass.Run(team); });
    return absl::OkStatus();
  }

  // Reads the inputs of the attention's pass that the forward pass or a later op wrote.
  static absl::StatusOr<lstm::AttentionBackwardInputs> ReadTrace(OpKernelContext* context,
                                                                 const lstm::Shape& shape,
                                                                 const lstm::Attention& attention) {
    const TensorShape of_sources({shape.batch, shape.time, attention.sources});
    const Tensor& gradient = context->input(1);
    const Tensor& queries = context->input(5);
    const Tensor& probabilities = context->input(6);
    const Tensor& probabilities_before = context->input(7);
    FRAZO_RETURN_IF_ERROR(CheckShape("probabilities_gradient", gradient, of_sources));
    FRAZO_RETURN_IF_ERROR(
        CheckShape("queries", queries, TensorShape({shape.batch, shape.time, attention.hidden})));
    FRAZO_RETURN_IF_ERROR(CheckShape("probabilities", probabilities, of_sources));
    FRAZO_RETURN_IF_ERROR(CheckShape("probabilities_before", probabilities_before, of_sources));
    lstm::AttentionBackwardInputs inputs = {};
    inputs.attention = attention;
    inputs.probabilities_gradient = gradient.flat<float>().data();
    inputs.trace = {queries.flat<float>().data(), probabilities.flat<float>().data(),
                    probabilities_before.flat<float>().data()};
    return inputs;
  }

  static absl::StatusOr<lstm::AttentionBackwardResults> AllocateGradients(
      OpKernelContext* context, const lstm::Shape& shape, const lstm::Attention& attention) {
    lstm::AttentionBackwardResults results;
    FRAZO_ASSIGN_OR_RETURN(
        results.queries,
        AllocateLstmOutput(context, 5, TensorShape({shape.batch, shape.time, attention.hidden}),
                           true));
    FRAZO_ASSIGN_OR_RETURN(
        results.keys,
        AllocateLstmOutput(context, 6,
                           TensorShape({shape.batch, attention.sources, attention.hidden}), true));
    FRAZO_ASSIGN_OR_RETURN(results.energy,
                           AllocateLstmOutput(context, 7, TensorShape({attention.hidden}), true));
    return results;
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>AttentionLstmSequence").Device(tensorflow::DEVICE_CPU),
                        AttentionLstmSequenceOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>AttentionLstmSequenceGradient").Device(tensorflow::DEVICE_CPU),
                        AttentionLstmSequenceGradientOp);

}  // namespace
}  // namespace frazo::ops
