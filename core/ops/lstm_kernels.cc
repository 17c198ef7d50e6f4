#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/lstm/backward.h"
#include "core/kernels/lstm/forward.h"
#include "core/kernels/lstm/recurrence.h"
#include "core/kernels/lstm/step_team.h"
#include "core/ops/device_threads.h"
#include "core/ops/lstm_arguments.h"
#include "core/status/status_macros.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/tensor.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {
namespace {

using ::tensorflow::DT_FLOAT;
using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tsl::thread::ThreadPool;

// Below so many cycles a step's work is done sooner by one thread than divided: some ten
// microseconds.
constexpr int64_t kMinCycles = 40'000;
// Multiplications of a core in a cycle.
constexpr int64_t kProductsPerCycle = 32;
constexpr int64_t kPanelsPerThread = 8;

// Runs a pass with as many threads as its steps have work for.
template <typename Pass>
void RunPass(OpKernelContext* context, const lstm::Shape& shape, Pass* pass) {
  ThreadPool* pool = DeviceThreads(context);
  const int64_t width = lstm::kGates * shape.units;
  const int64_t threads =
      shape.batch * shape.size * width / kProductsPerCycle < kMinCycles
          ? 1
          : std::min<int64_t>(pool->NumThreads(), gemm::PanelCount(width) / kPanelsPerThread);
  // Shared with helpers that the pool comes to only when all is done.
  const auto team = std::make_shared<lstm::StepTeam>();
  if (threads <= 1) return pass->Run(team.get());
  // Each of two recurrences side by side would drive the other's kernel from the cache.
  static std::mutex turn;
  const std::lock_guard lock(turn);
  for (int64_t i = 1; i < threads; ++i) pool->Schedule([team] { team->Help(); });
  pass->Run(team.get());
  team->Finish();
}

// Packs a matrix, [columns, depth] if is_transposed, into memory of its own.
absl::StatusOr<gemm::PackedMatrix> Pack(OpKernelContext* context, const gemm::MatrixToPack& matrix,
                                        Tensor* memory) {
  const int64_t panels = gemm::PanelCount(matrix.columns);
  TF_RETURN_IF_ERROR(context->allocate_temp(
      DT_FLOAT, TensorShape({gemm::PackedSize(matrix.depth, matrix.columns)}), memory));
  float* packed = memory->flat<float>().data();
  DeviceThreads(context)->ParallelFor(
      panels, ThreadPool::SchedulingParams::Adaptive(matrix.depth * gemm::kPanelColumns),
      [&](int64_t begin, int64_t end) { gemm::PackPanels(matrix, begin, end, packed); });
  return gemm::PackedMatrix{packed, matrix.depth, matrix.columns};
}

// An output that is empty if it has no meaning; null then.
absl::StatusOr<float*> Output(OpKernelContext* context, int index, const TensorShape& shape,
                              bool has_meaning) {
  TensorShape empty = shape;
  for (int dimension = 0; dimension < shape.dims(); ++dimension) empty.set_dim(dimension, 0);
  Tensor* output = nullptr;
  TF_RETURN_IF_ERROR(context->allocate_output(index, has_meaning ? shape : empty, &output));
  return has_meaning ? output->flat<float>().data() : nullptr;
}

class LstmSequenceOp final : public OpKernel {
 public:
  explicit LstmSequenceOp(OpKernelConstruction* context) : OpKernel(context) {
    const absl::StatusOr<lstm::Settings> settings = ReadLstmSettings(context);
    OP_REQUIRES_OK(context, settings.status());
    settings_ = *settings;
  }

  void Compute(OpKernelContext* context) override { OP_REQUIRES_OK(context, Run(context)); }

 private:
  absl::Status Run(OpKernelContext* context) const {
    const Tensor& gates = context->input(0);
    FRAZO_ASSIGN_OR_RETURN(const LstmArguments arguments, ReadLstmArguments(context, gates, 1));
    const lstm::Shape& shape = arguments.shape;
    const TensorShape outputs({shape.batch, shape.time, shape.size});
    lstm::Trace<float> trace;
    FRAZO_ASSIGN_OR_RETURN(float* output, Output(context, 0, outputs, true));
    // In the memory of the input, which nobody needs any more.
    Tensor* trace_gates = nullptr;
    TF_RETURN_IF_ERROR(
        context->forward_input_or_allocate_output({0}, 1, gates.shape(), &trace_gates));
    trace.gates = trace_gates->flat<float>().data();
    FRAZO_ASSIGN_OR_RETURN(trace.inverse_deviations,
                           Output(context, 2, TensorShape({shape.batch, shape.time, lstm::kGates}),
                                  arguments.norm.scale != nullptr));
    FRAZO_ASSIGN_OR_RETURN(
        trace.cells_before,
        Output(context, 3, TensorShape({shape.batch, shape.time, shape.units}), true));
    FRAZO_ASSIGN_OR_RETURN(trace.outputs_before, Output(context, 4, outputs, true));

    Tensor kernel_memory, projection_memory;
    lstm::ForwardInputs inputs = {
        gates.flat<float>().data(), {}, {}, arguments.norm, arguments.places};
    FRAZO_ASSIGN_OR_RETURN(
        inputs.kernel,
        Pack(context, {arguments.kernel, shape.size, lstm::kGates * shape.units, false},
             &kernel_memory));
    if (arguments.projection != nullptr) {
      FRAZO_ASSIGN_OR_RETURN(inputs.projection,
                             Pack(context, {arguments.projection, shape.units, shape.size, false},
                                  &projection_memory));
    }
    lstm::Forward pass(shape, settings_, inputs, trace, output);
    RunPass(context, shape, &pass);
    return absl::OkStatus();
  }

  lstm::Settings settings_;
};

class LstmSequenceGradientOp final : public OpKernel {
 public:
  explicit LstmSequenceGradientOp(OpKernelConstruction* context) : OpKernel(context) {
    const absl::StatusOr<lstm::Settings> settings = ReadLstmSettings(context);
    OP_REQUIRES_OK(context, settings.status());
    settings_ = *settings;
  }

  void Compute(OpKernelContext* context) override { OP_REQUIRES_OK(context, Run(context)); }

 private:
  absl::Status Run(OpKernelContext* context) const {
    const Tensor& gates = context->input(1);
    FRAZO_ASSIGN_OR_RETURN(const LstmArguments arguments, ReadLstmArguments(context, gates, 4));
    const lstm::Shape& shape = arguments.shape;
    FRAZO_ASSIGN_OR_RETURN(lstm::BackwardInputs inputs, ReadInputs(context, arguments));
    FRAZO_ASSIGN_OR_RETURN(const lstm::BackwardResults results,
                           AllocateResults(context, arguments));

    Tensor kernel_memory, projection_memory;
    FRAZO_ASSIGN_OR_RETURN(
        inputs.kernel,
        Pack(context, {arguments.kernel, lstm::kGates * shape.units, shape.size, true},
             &kernel_memory));
    if (arguments.projection != nullptr) {
      FRAZO_ASSIGN_OR_RETURN(
          inputs.projection,
          Pack(context, {arguments.projection, shape.size, shape.units, true}, &projection_memory));
    }
    lstm::Backward pass(shape, settings_, inputs, results);
    RunPass(context, shape, &pass);
    return absl::OkStatus();
  }

  // All but the packed matrices.
  static absl::StatusOr<lstm::BackwardInputs> ReadInputs(OpKernelContext* context,
                                                         const LstmArguments& arguments) {
    const lstm::Shape& shape = arguments.shape;
    const Tensor& output_gradient = context->input(0);
    const Tensor& inverse_deviations = context->input(2);
    const Tensor& cells_before = context->input(3);
    FRAZO_RETURN_IF_ERROR(CheckLstmShape("output_gradient", output_gradient,
                                         TensorShape({shape.batch, shape.time, shape.size})));
    if (arguments.norm.scale != nullptr) {
      FRAZO_RETURN_IF_ERROR(CheckLstmShape("inverse_deviations", inverse_deviations,
                                           TensorShape({shape.batch, shape.time, lstm::kGates})));
    }
    FRAZO_RETURN_IF_ERROR(CheckLstmShape("cells_before", cells_before,
                                         TensorShape({shape.batch, shape.time, shape.units})));
    lstm::BackwardInputs inputs = {};
    inputs.output_gradient = output_gradient.flat<float>().data();
    inputs.norm = arguments.norm;
    inputs.places = arguments.places;
    inputs.trace.gates = context->input(1).flat<float>().data();
    if (arguments.norm.scale != nullptr) {
      inputs.trace.inverse_deviations = inverse_deviations.flat<float>().data();
    }
    inputs.trace.cells_before = cells_before.flat<float>().data();
    return inputs;
  }

  static absl::StatusOr<lstm::BackwardResults> AllocateResults(OpKernelContext* context,
                                                               const LstmArguments& arguments) {
    const lstm::Shape& shape = arguments.shape;
    const int64_t width = lstm::kGates * shape.units;
    const bool has_norm = arguments.norm.scale != nullptr;
    const bool projects = arguments.projection != nullptr;
    lstm::BackwardResults results;
    FRAZO_ASSIGN_OR_RETURN(results.gates, Output(context, 0, context->input(1).shape(), true));
    FRAZO_ASSIGN_OR_RETURN(results.scale, Output(context, 1, TensorShape({width}), has_norm));
    FRAZO_ASSIGN_OR_RETURN(results.bias, Output(context, 2, TensorShape({width}), has_norm));
    FRAZO_ASSIGN_OR_RETURN(
        results.hidden,
        Output(context, 3, TensorShape({shape.batch, shape.time, shape.units}), projects));
    FRAZO_ASSIGN_OR_RETURN(
        results.projected,
        Output(context, 4, TensorShape({shape.batch, shape.time, shape.size}), projects));
    return results;
  }

  lstm::Settings settings_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>LstmSequence").Device(tensorflow::DEVICE_CPU), LstmSequenceOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>LstmSequenceGradient").Device(tensorflow::DEVICE_CPU),
                        LstmSequenceGradientOp);

}  // namespace
}  // namespace frazo::ops
