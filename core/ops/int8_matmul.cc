#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/gemm/int8_matrix.h"
#include "core/kernels/gemm/int8_product.h"
#include "core/kernels/gemm/int8_rows.h"
#include "core/kernels/gemm/packed_matrix.h"
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

// Sums of products fit into 32 bits up to this depth.
constexpr int64_t kMaxDepth = 65'000;
// About the number of products, and of rounded values, of a core per cycle.
constexpr int64_t kProductsPerCycle = 64;
constexpr int64_t kRoundedPerCycle = 2;

class QuantizeMatrixOp final : public PackingOp {
 public:
  explicit QuantizeMatrixOp(OpKernelConstruction* context)
      : PackingOp(context, "QuantizeMatrix", kRoundedPerCycle) {}

 protected:
  absl::StatusOr<Packer> Allocate(OpKernelContext* context,
                                  const gemm::MatrixToPack& matrix) const override {
    const int64_t count = gemm::PanelCount(matrix.columns);
    Tensor* panels = nullptr;
    Tensor* scales = nullptr;
    Tensor* sums = nullptr;
    FRAZO_RETURN_IF_ERROR(context->allocate_output(
        0, TensorShape({count, gemm::Int8PanelSize(matrix.depth)}), &panels));
    FRAZO_RETURN_IF_ERROR(context->allocate_output(1, TensorShape({matrix.columns}), &scales));
    FRAZO_RETURN_IF_ERROR(context->allocate_output(2, TensorShape({matrix.columns}), &sums));
    const gemm::Int8MatrixMemory memory = {
        panels->flat<int8_t>().data(), scales->flat<float>().data(), sums->flat<int32_t>().data()};
    return [matrix, memory](int64_t begin, int64_t end) {
      gemm::QuantizePanels(matrix, begin, end, memory);
    };
  }
};

struct Inputs {
  const Tensor& x;
  const Tensor& panels;
  const Tensor& scales;
  const Tensor& sums;
  const Tensor& bias;
};

absl::Status CheckShapes(const Inputs& inputs) {
  const auto& [x, panels, scales, sums, bias] = inputs;
  const auto shape = [](const Tensor& tensor) { return tensor.shape().DebugString(); };
  const bool ranks_fit = x.dims() == 2 && panels.dims() == 2 && scales.dims() == 1;
  const int64_t depth = ranks_fit ? x.dim_size(1) : 0;
  const int64_t units = ranks_fit ? scales.dim_size(0) : 0;
  if (!ranks_fit || sums.shape() != scales.shape() ||
      panels.shape() != TensorShape({gemm::PanelCount(units), gemm::Int8PanelSize(depth)})) {
    return absl::InvalidArgumentError(
        absl::StrCat("Int8MatMul: x has shape ", shape(x), ", panels ", shape(panels), ", scales ",
                     shape(scales), " and sums ", shape(sums),
                     "; expected [rows, depth] and what QuantizeMatrix makes of [depth, units]"));
  }
  if (depth > kMaxDepth) {
    return absl::InvalidArgumentError(absl::StrCat("Int8MatMul: a depth of ", depth, " is above ",
                                                   kMaxDepth, ": the sums might overflow"));
  }
  if (bias.dims() != 1 || (bias.dim_size(0) != 0 && bias.dim_size(0) != units)) {
    return absl::InvalidArgumentError(absl::StrCat("Int8MatMul: bias has shape ", shape(bias),
                                                   "; expected [", units, "] or [0]"));
  }
  return absl::OkStatus();
}

class Int8MatMulOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Inputs inputs = {context->input(0), context->input(1), context->input(2),
                           context->input(3), context->input(4)};
    OP_REQUIRES_OK(context, CheckShapes(inputs));
    const int64_t rows = inputs.x.dim_size(0);
    const int64_t depth = inputs.x.dim_size(1);
    const int64_t units = inputs.scales.dim_size(0);
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({rows, units}), &output));
    const gemm::Int8Rows x(inputs.x.flat<float>().data(), rows, depth);
    const gemm::Int8Matrix matrix = {inputs.panels.flat<int8_t>().data(),
                                     inputs.scales.flat<float>().data(),
                                     inputs.sums.flat<int32_t>().data(), depth, units};
    const float* bias = inputs.bias.NumElements() == 0 ? nullptr : inputs.bias.flat<float>().data();
    float* y = output->flat<float>().data();
    // For a single row, reading the panel from memory takes longer than the products.
    const int64_t products = depth * gemm::kPanelColumns * std::max<int64_t>(rows, 8);
    DeviceThreads(context)->ParallelFor(
        gemm::PanelCount(units),
        ThreadPool::SchedulingParams::Adaptive(products / kProductsPerCycle),
        [&](int64_t begin, int64_t end) {
          gemm::MultiplyInt8Panels(x, matrix, begin, end, bias, y);
        });
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>QuantizeMatrix").Device(tensorflow::DEVICE_CPU),
                        QuantizeMatrixOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>Int8MatMul").Device(tensorflow::DEVICE_CPU), Int8MatMulOp);

}  // namespace

}  // namespace frazo::ops
