#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/packed_product.h"
#include "core/kernels/gemm/row_blocks.h"
#include "core/kernels/gemm/transposed_panel.h"
#include "core/ops/device_threads.h"
#include "core/ops/packing_op.h"
#include "core/status/status_macros.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"
#include "tsl/platform/threadpool.h"

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
using ::tsl::thread::ThreadPool;

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

// About the number of values of a matrix that a core reads per cycle.
constexpr int64_t kValuesPerCycle = 4;

class PackMatrixOp final : public PackingOp {
 public:
  explicit PackMatrixOp(OpKernelConstruction* context)
      : PackingOp(context, "PackMatrix", kValuesPerCycle) {}

 protected:
  absl::StatusOr<Packer> Allocate(OpKernelContext* context,
                                  const gemm::MatrixToPack& matrix) const override {
    const int64_t panels = gemm::PanelCount(matrix.columns);
    Tensor* output = nullptr;
    FRAZO_RETURN_IF_ERROR(context->allocate_output(
        0, TensorShape({panels, matrix.depth, gemm::kPanelColumns}), &output));
    float* const packed = output->flat<float>().data();
    return [matrix, packed](int64_t begin, int64_t end) {
      gemm::PackPanels(matrix, begin, end, packed);
    };
  }
};

absl::Status CheckShapes(const Tensor& x, const Tensor& panels, const Tensor& bias, int64_t units) {
  const int64_t count = gemm::PanelCount(units);
  if (x.dims() != 2 || panels.dims() != 3 || panels.dim_size(0) != count ||
      panels.dim_size(1) != x.dim_size(1) || panels.dim_size(2) != gemm::kPanelColumns) {
    return absl::InvalidArgumentError(
        absl::StrCat("PackedMatMul: x has shape ", x.shape().DebugString(), " and panels ",
                     panels.shape().DebugString(), "; expected [rows, depth] and [", count,
                     ", depth, 32], which PackMatrix makes of a matrix of ", units, " columns"));
  }
  if (bias.dims() != 1 || (bias.dim_size(0) != 0 && bias.dim_size(0) != units)) {
    return absl::InvalidArgumentError(absl::StrCat("PackedMatMul: bias has shape ",
                                                   bias.shape().DebugString(), "; expected [",
                                                   units, "] or [0]"));
  }
  return absl::OkStatus();
}

class PackedMatMulOp final : public OpKernel {
 public:
  explicit PackedMatMulOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("units", &units_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const Tensor& panels = context->input(1);
    const Tensor& bias = context->input(2);
    OP_REQUIRES_OK(context, CheckShapes(x, panels, bias, units_));
    const int64_t rows = x.dim_size(0);
    const int64_t depth = x.dim_size(1);
    Tensor* y = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({rows, units_}), &y));
    gemm::RowBlocks blocks;
    blocks.Set(x.flat<float>().data(), rows, depth, depth);
    const gemm::PackedMatrix matrix = {panels.flat<float>().data(), depth, units_};
    const float* start = bias.NumElements() == 0 ? nullptr : bias.flat<float>().data();
    const gemm::ProductOutput output = {y->flat<float>().data(), units_, start, 0};
    const int64_t cycles = depth * std::max<int64_t>(rows, gemm::kPanelColumns / kValuesPerCycle);
    DeviceThreads(context)->ParallelFor(panels.dim_size(0),
                                        ThreadPool::SchedulingParams::Adaptive(cycles),
                                        [&](int64_t begin, int64_t end) {
                                          gemm::MultiplyPanels(blocks, matrix, begin, end, output);
                                        });
  }

 private:
  int64_t units_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>PackMatrix").Device(tensorflow::DEVICE_CPU), PackMatrixOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>PackedMatMul").Device(tensorflow::DEVICE_CPU), PackedMatMulOp);

}  // namespace

}  // namespace frazo::ops
