#include <algorithm>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/gemm/matrix_pieces.h"
#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/rectified_product.h"
#include "core/ops/device_threads.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;
using ::tsl::thread::ThreadPool;

absl::Status InferMultiply(InferenceContext* context) {
  ShapeHandle x, kernel, shared, counts;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &x));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 2, &kernel));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 2, &shared));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(3), 1, &counts));
  DimensionHandle unused;
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(x, 1), context->Dim(kernel, 0), &unused));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(shared, 0), context->Dim(counts, 0), &unused));
  context->set_output(0, context->Matrix(context->Dim(x, 0), context->Dim(kernel, 1)));
  return absl::OkStatus();
}

absl::Status InferGradient(InferenceContext* context) {
  ShapeHandle x, kernel, counts;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &x));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 2, &kernel));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 1, &counts));
  context->set_output(0, x);
  context->set_output(1, kernel);
  context->set_output(2, context->Matrix(context->Dim(counts, 0), context->Dim(kernel, 1)));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>RectifiedMatMul")
    .Input("x: float")
    .Input("kernel: float")
    .Input("shared: float")
    .Input("counts: int32")
    .Output("y: float")
    .SetShapeFn(InferMultiply)
    .Doc(R"doc(
Computes y[r] = relu(x[r] kernel + shared[c]) for the rows r of each cell c, such as the points around a centre.

It is made for rows that come from such an op: zeros of x cost no product. A zero times infinity is 0 here. The result does
not depend on the number of threads. x = [[1, 0], [2, 3]], kernel = [[10], [-1]], shared = [[1], [-30]] and counts = [1, 1]
give [[11], [0]]. InvalidArgument if the shapes don't fit, a count is negative, or the counts do not add up to the rows.

x: [rows, depth]; the rows of a cell follow those of the cell before.
kernel: [depth, columns].
shared: [cells, columns].
counts: [cells], the number of rows of each cell.
y: [rows, columns].
)doc");

REGISTER_OP("Frazo>RectifiedMatMulGradient")
    .Input("x: float")
    .Input("kernel: float")
    .Input("counts: int32")
    .Input("y: float")
    .Input("y_gradient: float")
    .Output("x_gradient: float")
    .Output("kernel_gradient: float")
    .Output("shared_gradient: float")
    .SetShapeFn(InferGradient)
    .Doc(R"doc(
The derivatives of RectifiedMatMul by x, kernel and shared. Values of y that are not above 0 stop their gradients, and cost
no product.

x: [rows, depth].
kernel: [depth, columns].
counts: [cells], as they were.
y: [rows, columns], the output.
y_gradient: [rows, columns].
x_gradient: [rows, depth].
kernel_gradient: [depth, columns].
shared_gradient: [cells, columns].
)doc");

// About the number of products that a core adds per cycle, and those that it skips.
constexpr int64_t kProductsPerCycle = 24;
// About the number of values that a core copies per cycle.
constexpr int64_t kValuesPerCycle = 4;

// Calls work(begin, end) for ranges of so many parts of some work in the threads of the device.
template <typename Work>
void ForParts(OpKernelContext* context, int64_t parts, double cycles, const Work& work) {
  const double of_part = cycles / std::max<int64_t>(1, parts);
  const int64_t bounded = std::clamp<double>(of_part, 1, 1e15);
  DeviceThreads(context)->ParallelFor(parts, ThreadPool::SchedulingParams::Adaptive(bounded), work);
}

gemm::MatrixPieces Pack(OpKernelContext* context, const gemm::MatrixToPack& matrix) {
  gemm::MatrixPieces pieces(matrix.depth, matrix.columns);
  const double cycles = static_cast<double>(matrix.depth) * matrix.columns / kValuesPerCycle;
  ForParts(context, pieces.strips(), cycles,
           [&](int64_t begin, int64_t end) { pieces.Pack(matrix, begin, end); });
  return pieces;
}

absl::Status CheckCounts(std::string_view op, const Tensor& counts, int64_t rows) {
  const auto of_cells = counts.flat<int32_t>();
  int64_t total = 0;
  for (int64_t cell = 0; cell < counts.NumElements(); ++cell) {
    if (of_cells(cell) < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(op, ": counts[", cell, "] is ", of_cells(cell), "; expected at least 0"));
    }
    total += of_cells(cell);
  }
  if (total == rows) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(op, ": counts add up to ", total, ", but x has ", rows, " rows"));
}

// What the two ops have in common.
struct Inputs {
  const Tensor& x;
  const Tensor& kernel;
  const Tensor& counts;

  int64_t rows() const { return x.dim_size(0); }
  int64_t depth() const { return kernel.dim_size(0); }
  int64_t columns() const { return kernel.dim_size(1); }
  int64_t cells() const { return counts.dim_size(0); }

  gemm::RectifiedProduct Product() const {
    return {counts.flat<int32_t>().data(), cells(), depth(), columns()};
  }

  double Cycles() const {
    return static_cast<double>(rows()) * depth() * columns() / kProductsPerCycle;
  }

  absl::Status Check(std::string_view op) const {
    if (x.dims() != 2 || kernel.dims() != 2 || counts.dims() != 1 || x.dim_size(1) != depth()) {
      return absl::InvalidArgumentError(
          absl::StrCat(op, ": x has shape ", x.shape().DebugString(), ", kernel ",
                       kernel.shape().DebugString(), " and counts ", counts.shape().DebugString(),
                       "; expected [rows, depth], [depth, columns] and [cells]"));
    }
    return CheckCounts(op, counts, rows());
  }
};

class RectifiedMatMulOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Inputs inputs = {context->input(0), context->input(1), context->input(3)};
    OP_REQUIRES_OK(context, inputs.Check("RectifiedMatMul"));
    const Tensor& shared = context->input(2);
    OP_REQUIRES(context,
                shared.dims() == 2 && shared.dim_size(0) == inputs.cells() &&
                    shared.dim_size(1) == inputs.columns(),
                absl::InvalidArgumentError(
                    absl::StrCat("RectifiedMatMul: shared has shape ", shared.shape().DebugString(),
                                 "; expected [", inputs.cells(), ", ", inputs.columns(), "]")));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, {inputs.rows(), inputs.columns()}, &y));
    const gemm::RectifiedProduct product = inputs.Product();
    const gemm::MatrixPieces pieces = Pack(
        context, {inputs.kernel.flat<float>().data(), inputs.depth(), inputs.columns(), false});
    const float* x = inputs.x.flat<float>().data();
    const float* of_cells = shared.flat<float>().data();
    float* to = y->flat<float>().data();
    ForParts(context, inputs.cells(), inputs.Cycles(), [&](int64_t begin, int64_t end) {
      product.Multiply(x, pieces, of_cells, begin, end, to);
    });
  }
};

class RectifiedMatMulGradientOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Inputs inputs = {context->input(0), context->input(1), context->input(2)};
    OP_REQUIRES_OK(context, inputs.Check("RectifiedMatMulGradient"));
    const Tensor& y = context->input(3);
    const Tensor& y_gradient = context->input(4);
    const tensorflow::TensorShape expected({inputs.rows(), inputs.columns()});
    OP_REQUIRES(
        context, y.shape() == expected && y_gradient.shape() == expected,
        absl::InvalidArgumentError(absl::StrCat(
            "RectifiedMatMulGradient: y has shape ", y.shape().DebugString(), " and y_gradient ",
            y_gradient.shape().DebugString(), "; expected ", expected.DebugString())));
    Tensor *of_x = nullptr, *of_kernel = nullptr, *of_shared = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, inputs.x.shape(), &of_x));
    OP_REQUIRES_OK(context, context->allocate_output(1, inputs.kernel.shape(), &of_kernel));
    OP_REQUIRES_OK(context,
                   context->allocate_output(2, {inputs.cells(), inputs.columns()}, &of_shared));
    const gemm::RectifiedProduct::Outcome outcome = {y.flat<float>().data(),
                                                     y_gradient.flat<float>().data()};
    const gemm::RectifiedProduct product = inputs.Product();
    // Transposed, it maps the columns to the depth.
    const gemm::MatrixPieces transposed =
        Pack(context, {inputs.kernel.flat<float>().data(), inputs.columns(), inputs.depth(), true});
    float* to_x = of_x->flat<float>().data();
    float* to_shared = of_shared->flat<float>().data();
    ForParts(context, inputs.cells(), inputs.Cycles(), [&](int64_t begin, int64_t end) {
      product.MultiplyBack(outcome, transposed, begin, end, to_x, to_shared);
    });
    const float* x = inputs.x.flat<float>().data();
    float* to_kernel = of_kernel->flat<float>().data();
    const int64_t units = product.KernelUnits(DeviceThreads(context)->NumThreads());
    ForParts(context, units, inputs.Cycles(), [&](int64_t begin, int64_t end) {
      product.KernelGradient(x, outcome, units, begin, end, to_kernel);
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>RectifiedMatMul").Device(tensorflow::DEVICE_CPU),
                        RectifiedMatMulOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>RectifiedMatMulGradient").Device(tensorflow::DEVICE_CPU),
                        RectifiedMatMulGradientOp);

}  // namespace

}  // namespace frazo::ops
