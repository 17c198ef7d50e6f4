#include "core/ops/lstm_pass.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>

#include "core/kernels/gemm/transposed_panel.h"
#include "core/numeric/huge_pages.h"
#include "core/ops/device_threads.h"
#include "core/status/status_macros.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {

using ::tensorflow::DT_FLOAT;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;
using ::tsl::thread::ThreadPool;

namespace {

// A step of fewer cycles is done sooner by one thread than divided; about ten microseconds.
constexpr int64_t kMinCycles = 40'000;
// The number of multiplications of a core per cycle.
constexpr int64_t kProductsPerCycle = 32;
constexpr int64_t kPanelsPerThread = 8;

}  // namespace

LstmOp::LstmOp(OpKernelConstruction* context) : OpKernel(context) {
  absl::StatusOr<lstm::Settings> settings = ReadLstmSettings(context);
  OP_REQUIRES_OK(context, settings.status());
  if (context->HasAttr("reverse")) {
    OP_REQUIRES_OK(context, context->GetAttr("reverse", &settings->reverse));
  }
  settings_ = *settings;
}

void LstmOp::Compute(OpKernelContext* context) { OP_REQUIRES_OK(context, Run(context)); }

void RunLstmPass(OpKernelContext* context, const lstm::Shape& shape,
                 absl::FunctionRef<void(lstm::StepTeam*)> pass) {
  ThreadPool* pool = DeviceThreads(context);
  const int64_t width = lstm::kGates * shape.units;
  const int64_t threads =
      shape.batch * shape.size * width / kProductsPerCycle < kMinCycles
          ? 1
          : std::min<int64_t>(pool->NumThreads(), gemm::PanelCount(width) / kPanelsPerThread);
  // Helpers share it, because the pool may start them after the pass has ended.
  const auto team = std::make_shared<lstm::StepTeam>();
  if (threads <= 1) return pass(team.get());
  // Two recurrences at the same time would evict each other's kernel from the cache.
  static std::mutex turn;
  const std::lock_guard lock(turn);
  for (int64_t i = 1; i < threads; ++i) pool->Schedule([team] { team->Help(); });
  pass(team.get());
  team->Finish();
}

absl::StatusOr<gemm::PackedMatrix> PackForSteps(OpKernelContext* context,
                                                const gemm::MatrixToPack& matrix, Tensor* memory) {
  const int64_t panels = gemm::PanelCount(matrix.columns);
  TF_RETURN_IF_ERROR(context->allocate_temp(
      DT_FLOAT, TensorShape({gemm::PackedSize(matrix.depth, matrix.columns)}), memory));
  float* packed = memory->flat<float>().data();
  // Every step of the recurrence reads it.
  numeric::PreferHugePages(packed, memory->TotalBytes());
  DeviceThreads(context)->ParallelFor(
      panels, ThreadPool::SchedulingParams::Adaptive(matrix.depth * gemm::kPanelColumns),
      [&](int64_t begin, int64_t end) { gemm::PackPanels(matrix, begin, end, packed); });
  return gemm::PackedMatrix{packed, matrix.depth, matrix.columns};
}

absl::StatusOr<float*> AllocateLstmOutput(OpKernelContext* context, int index,
                                          const TensorShape& shape, bool has_meaning) {
  TensorShape empty = shape;
  for (int dimension = 0; dimension < shape.dims(); ++dimension) empty.set_dim(dimension, 0);
  Tensor* output = nullptr;
  TF_RETURN_IF_ERROR(context->allocate_output(index, has_meaning ? shape : empty, &output));
  return has_meaning ? output->flat<float>().data() : nullptr;
}

absl::StatusOr<lstm::Trace<float>> AllocateLstmTrace(OpKernelContext* context,
                                                     const LstmArguments& arguments,
                                                     int first_output) {
  const auto [batch, time, units, size] = arguments.shape;
  lstm::Trace<float> trace;
  Tensor* gates = nullptr;
  TF_RETURN_IF_ERROR(context->forward_input_or_allocate_output(
      {0}, first_output, TensorShape({batch, time, lstm::kGates * units}), &gates));
  trace.gates = gates->flat<float>().data();
  FRAZO_ASSIGN_OR_RETURN(
      trace.inverse_deviations,
      AllocateLstmOutput(context, first_output + 1, TensorShape({batch, time, lstm::kGates}),
                         arguments.norm.scale != nullptr));
  FRAZO_ASSIGN_OR_RETURN(
      trace.cells_before,
      AllocateLstmOutput(context, first_output + 2, TensorShape({batch, time, units}), true));
  FRAZO_ASSIGN_OR_RETURN(
      trace.outputs_before,
      AllocateLstmOutput(context, first_output + 3, TensorShape({batch, time, size}), true));
  return trace;
}

absl::StatusOr<lstm::Trace<const float>> ReadLstmTrace(OpKernelContext* context,
                                                       const LstmArguments& arguments,
                                                       int first_input) {
  const lstm::Shape& shape = arguments.shape;
  const Tensor& inverse_deviations = context->input(first_input + 1);
  const Tensor& cells_before = context->input(first_input + 2);
  lstm::Trace<const float> trace = {};
  trace.gates = context->input(first_input).flat<float>().data();
  if (arguments.norm.scale != nullptr) {
    FRAZO_RETURN_IF_ERROR(CheckLstmShape("inverse_deviations", inverse_deviations,
                                         TensorShape({shape.batch, shape.time, lstm::kGates})));
    trace.inverse_deviations = inverse_deviations.flat<float>().data();
  }
  FRAZO_RETURN_IF_ERROR(CheckLstmShape("cells_before", cells_before,
                                       TensorShape({shape.batch, shape.time, shape.units})));
  trace.cells_before = cells_before.flat<float>().data();
  return trace;
}

absl::StatusOr<lstm::BackwardResults> AllocateLstmGradients(OpKernelContext* context,
                                                            const LstmArguments& arguments) {
  const auto [batch, time, units, size] = arguments.shape;
  const int64_t width = lstm::kGates * units;
  const bool has_norm = arguments.norm.scale != nullptr;
  const bool projects = arguments.projection != nullptr;
  lstm::BackwardResults results;
  FRAZO_ASSIGN_OR_RETURN(results.gates,
                         AllocateLstmOutput(context, 0, TensorShape({batch, time, width}), true));
  FRAZO_ASSIGN_OR_RETURN(results.scale,
                         AllocateLstmOutput(context, 1, TensorShape({width}), has_norm));
  FRAZO_ASSIGN_OR_RETURN(results.bias,
                         AllocateLstmOutput(context, 2, TensorShape({width}), has_norm));
  FRAZO_ASSIGN_OR_RETURN(
      results.hidden, AllocateLstmOutput(context, 3, TensorShape({batch, time, units}), projects));
  FRAZO_ASSIGN_OR_RETURN(
      results.projected,
      AllocateLstmOutput(context, 4, TensorShape({batch, time, size}), projects));
  return results;
}

absl::Status CheckRanks(InferenceContext* context, std::initializer_list<int> ranks) {
  int input = 0;
  ShapeHandle unused;
  for (const int rank : ranks) {
    TF_RETURN_IF_ERROR(context->WithRank(context->input(input++), rank, &unused));
  }
  return absl::OkStatus();
}

ShapeHandle InferOptional(InferenceContext* context, int input, const ShapeHandle& shape) {
  const DimensionHandle size = context->Dim(context->input(input), 0);
  if (!context->ValueKnown(size)) return context->UnknownShapeOfRank(3);
  return context->Value(size) == 0 ? context->MakeShape({0, 0, 0}) : shape;
}

}  // namespace frazo::ops
