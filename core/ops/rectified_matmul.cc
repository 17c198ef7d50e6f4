#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

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
using ::tensorflow::TensorShape;
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
  const DimensionHandle columns = context->Dim(kernel, 1);
  context->set_output(0, context->Matrix(context->Dim(x, 0), columns));
  for (const int moment : {1, 2}) context->set_output(moment, context->Vector(columns));
  const ShapeHandle of_cells = context->Matrix(context->Dim(counts, 0), columns);
  for (const int output : {3, 4}) context->set_output(output, of_cells);
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
    .Output("mean: float")
    .Output("variance: float")
    .Output("cell_means: float")
    .Output("cell_maxima: float")
    .SetShapeFn(InferMultiply)
    .Doc(R"doc(
Computes y[r] = relu(x[r] kernel + shared[c]) for the rows r of each cell c, such as the points around a centre, and what
rows have in common.

It is made for rows that come from such an op: zeros of x cost no product. A zero times infinity is 0 here. The result does
not depend on the number of threads. x = [[1, 0], [2, 3]], kernel = [[10], [-1]], shared = [[1], [-30]] and counts = [1, 1]
give y = [[11], [0]] with the mean 5.5 and the variance 30.25. InvalidArgument if the shapes don't fit, a count is negative, or the counts do not add up to the rows.

x: [rows, depth]; the rows of a cell follow those of the cell before.
kernel: [depth, columns].
shared: [cells, columns].
counts: [cells], the number of rows of each cell.
y: [rows, columns].
mean: [columns], that of all rows; 0 without rows.
variance: [columns], with the number of rows as divisor.
cell_means: [cells, columns], the mean over the rows of each cell; 0 without rows.
cell_maxima: [cells, columns]; 0 without rows.
)doc");

REGISTER_OP("Frazo>RectifiedMatMulGradient")
    .Input("x: float")
    .Input("kernel: float")
    .Input("counts: int32")
    .Input("y: float")
    .Input("mean: float")
    .Input("cell_maxima: float")
    .Input("y_gradient: float")
    .Input("mean_gradient: float")
    .Input("variance_gradient: float")
    .Input("cell_means_gradient: float")
    .Input("cell_maxima_gradient: float")
    .Output("x_gradient: float")
    .Output("kernel_gradient: float")
    .Output("shared_gradient: float")
    .SetShapeFn(InferGradient)
    .Doc(R"doc(
The derivatives of RectifiedMatMul by x, kernel and shared. Values of y that are not above 0 stop their gradients, and cost
no product. Rows that share the maximum of their cell share its derivative.

x: [rows, depth].
kernel: [depth, columns].
counts: [cells], as they were.
y: [rows, columns], the output.
mean: [columns], the output.
cell_maxima: [cells, columns], the output.
y_gradient: [rows, columns].
mean_gradient: [columns].
variance_gradient: [columns].
cell_means_gradient: [cells, columns].
cell_maxima_gradient: [cells, columns].
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

const float* Values(const Tensor& tensor) { return tensor.flat<float>().data(); }
float* Values(Tensor* tensor) { return tensor->flat<float>().data(); }

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
    const int64_t columns = inputs.columns();
    Tensor *y = nullptr, *mean = nullptr, *variance = nullptr, *means = nullptr, *maxima = nullptr;
    const TensorShape of_cells({inputs.cells(), columns});
    OP_REQUIRES_OK(context, context->allocate_output(0, {inputs.rows(), columns}, &y));
    OP_REQUIRES_OK(context, context->allocate_output(1, {columns}, &mean));
    OP_REQUIRES_OK(context, context->allocate_output(2, {columns}, &variance));
    OP_REQUIRES_OK(context, context->allocate_output(3, of_cells, &means));
    OP_REQUIRES_OK(context, context->allocate_output(4, of_cells, &maxima));
    std::vector<float> squares(of_cells.num_elements());
    const gemm::RectifiedProduct product = inputs.Product();
    const gemm::MatrixPieces pieces =
        Pack(context, {Values(inputs.kernel), inputs.depth(), columns, false});
    const gemm::RectifiedProduct::Outcome outcome = {
        Values(y), {Values(means), Values(maxima), squares.data()}};
    ForParts(context, inputs.cells(), inputs.Cycles(), [&](int64_t begin, int64_t end) {
      product.Multiply(Values(inputs.x), pieces, Values(shared), begin, end, outcome);
    });
    product.Moments(outcome.of_cells, Values(mean), Values(variance));
  }
};

class RectifiedMatMulGradientOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Inputs inputs = {context->input(0), context->input(1), context->input(2)};
    OP_REQUIRES_OK(context, inputs.Check("RectifiedMatMulGradient"));
    OP_REQUIRES_OK(context, CheckSlopes(context, inputs));
    Tensor *of_x = nullptr, *of_kernel = nullptr, *of_shared = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, inputs.x.shape(), &of_x));
    OP_REQUIRES_OK(context, context->allocate_output(1, inputs.kernel.shape(), &of_kernel));
    OP_REQUIRES_OK(context,
                   context->allocate_output(2, {inputs.cells(), inputs.columns()}, &of_shared));
    Tensor of_sums;
    OP_REQUIRES_OK(context, context->allocate_temp(tensorflow::DT_FLOAT,
                                                   {inputs.rows(), inputs.columns()}, &of_sums));
    const gemm::RectifiedProduct product = inputs.Product();
    // Transposed, it maps the columns to the depth.
    const gemm::MatrixPieces transposed =
        Pack(context, {Values(inputs.kernel), inputs.columns(), inputs.depth(), true});
    const OfMoments of_moments(context, inputs.rows());
    const gemm::RectifiedProduct::Slopes slopes = {
        Values(context->input(3)), Values(context->input(6)),  Values(context->input(5)),
        Values(context->input(9)), Values(context->input(10)), of_moments.factor.data(),
        of_moments.shift.data()};
    const gemm::RectifiedProduct::Gradients gradients = {Values(&of_sums), Values(of_x),
                                                         Values(of_shared)};
    ForParts(context, inputs.cells(), inputs.Cycles(), [&](int64_t begin, int64_t end) {
      product.MultiplyBack(slopes, transposed, begin, end, gradients);
    });
    const int64_t units = product.KernelUnits(DeviceThreads(context)->NumThreads());
    ForParts(context, units, inputs.Cycles(), [&](int64_t begin, int64_t end) {
      product.KernelGradient(Values(inputs.x), gradients.of_sums, units, begin, end,
                             Values(of_kernel));
    });
  }

 private:
  // d mean / d y = 1 / n; d variance / d y = 2 (y - mean) / n.
  struct OfMoments {
    OfMoments(OpKernelContext* context, int64_t rows) {
      const auto mean = context->input(4).flat<float>();
      const auto of_mean = context->input(7).flat<float>();
      const auto of_variance = context->input(8).flat<float>();
      const float share = rows == 0 ? 0.0f : 1.0f / rows;
      for (int64_t c = 0; c < mean.size(); ++c) {
        factor.push_back(2 * share * of_variance(c));
        shift.push_back(share * of_mean(c) - factor[c] * mean(c));
      }
    }

    std::vector<float> factor, shift;
  };

  static absl::Status CheckSlopes(OpKernelContext* context, const Inputs& inputs) {
    const TensorShape of_rows({inputs.rows(), inputs.columns()});
    const TensorShape of_cells({inputs.cells(), inputs.columns()});
    const TensorShape of_moment({inputs.columns()});
    const std::vector<std::pair<std::string_view, TensorShape>> wanted = {
        {"y", of_rows},
        {"mean", of_moment},
        {"cell_maxima", of_cells},
        {"y_gradient", of_rows},
        {"mean_gradient", of_moment},
        {"variance_gradient", of_moment},
        {"cell_means_gradient", of_cells},
        {"cell_maxima_gradient", of_cells}};
    for (int i = 0; i < wanted.size(); ++i) {
      const TensorShape& found = context->input(3 + i).shape();
      if (found == wanted[i].second) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("RectifiedMatMulGradient: ", wanted[i].first, " has shape ",
                       found.DebugString(), "; expected ", wanted[i].second.DebugString()));
    }
    return absl::OkStatus();
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>RectifiedMatMul").Device(tensorflow::DEVICE_CPU),
                        RectifiedMatMulOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>RectifiedMatMulGradient").Device(tensorflow::DEVICE_CPU),
                        RectifiedMatMulGradientOp);

}  // namespace

}  // namespace frazo::ops
