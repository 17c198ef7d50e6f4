#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/gemm/grouped_product.h"
#include "core/kernels/gemm/row_groups.h"
#include "core/ops/device_threads.h"
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

absl::Status InferMultiply(InferenceContext* context) {
  ShapeHandle x, matrices, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &x));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 3, &matrices));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 3, &unused));
  bool transposed;
  TF_RETURN_IF_ERROR(context->GetAttr("transposed", &transposed));
  context->set_output(
      0, context->Matrix(context->Dim(x, 0), context->Dim(matrices, transposed ? 1 : 2)));
  return absl::OkStatus();
}

absl::Status InferGradient(InferenceContext* context) {
  ShapeHandle x, y, segments;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &x));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 2, &y));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 3, &segments));
  context->set_output(
      0, context->MakeShape({context->Dim(segments, 0), context->Dim(x, 1), context->Dim(y, 1)}));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>GroupedMatMul")
    .Input("x: float")
    .Input("matrices: float")
    .Input("segments: int32")
    .Output("y: float")
    .Attr("transposed: bool = false")
    .SetShapeFn(InferMultiply)
    .Doc(R"doc(
Multiplies each group of rows of x by a matrix of its own: the experts of a mixture.

y[r] = x[r] matrices[g] for the rows r of group g, and zeros for rows of no group, which cost no product. The result does
not depend on the number of threads. InvalidArgument if the shapes don't fit, or segments overlap or leave the rows.

x: [rows, depth].
matrices: [groups, depth, columns], or [groups, columns, depth] if transposed.
segments: [groups, parts, 2]: the first row of each part of a group, and the number of its rows.
y: [rows, columns].
)doc");

REGISTER_OP("Frazo>GroupedMatMulGradient")
    .Input("x: float")
    .Input("y_gradient: float")
    .Input("segments: int32")
    .Output("matrices_gradient: float")
    .SetShapeFn(InferGradient)
    .Doc(R"doc(
The derivatives of GroupedMatMul by the matrices: of group g the sum over its rows r of the outer product x[r] y_gradient[r].

x: [rows, depth].
y_gradient: [rows, columns].
segments: [groups, parts, 2], as they were.
matrices_gradient: [groups, depth, columns].
)doc");

// About the number of products that a core adds per cycle.
constexpr int64_t kProductsPerCycle = 16;

absl::Status CheckSegments(const char* op, const Tensor& segments, int64_t rows) {
  if (segments.dims() != 3 || segments.dim_size(2) != 2) {
    return absl::InvalidArgumentError(absl::StrCat(op, ": segments have shape ",
                                                   segments.shape().DebugString(),
                                                   "; expected [groups, parts, 2]"));
  }
  const gemm::RowGroups groups = {segments.flat<int32_t>().data(), segments.dim_size(0),
                                  segments.dim_size(1)};
  if (groups.AreWithin(rows)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(op, ": segments overlap, or are not all within the ", rows, " rows"));
}

gemm::GroupedProduct MakeProduct(const Tensor& segments, int64_t depth, int64_t columns,
                                 int64_t threads) {
  const gemm::RowGroups groups = {segments.flat<int32_t>().data(), segments.dim_size(0),
                                  segments.dim_size(1)};
  return {groups, depth, columns, gemm::UnitsPerGroup(groups.FilledCount(), columns, threads)};
}

// Calls work(begin, end) for ranges of units in the threads of the device.
template <typename Work>
void ForUnits(ThreadPool* threads, const gemm::GroupedProduct& product, int64_t rows, Work work) {
  const double products = static_cast<double>(rows) * product.depth * product.columns;
  const double cycles = products / kProductsPerCycle / std::max<int64_t>(1, product.units());
  const int64_t bounded = std::clamp<double>(cycles, 1, 1e15);
  threads->ParallelFor(product.units(), ThreadPool::SchedulingParams::Adaptive(bounded), work);
}

class GroupedMatMulOp final : public OpKernel {
 public:
  explicit GroupedMatMulOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("transposed", &transposed_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const Tensor& matrices = context->input(1);
    const Tensor& segments = context->input(2);
    OP_REQUIRES(context,
                x.dims() == 2 && matrices.dims() == 3 &&
                    matrices.dim_size(transposed_ ? 2 : 1) == x.dim_size(1) &&
                    segments.dims() == 3 && segments.dim_size(0) == matrices.dim_size(0),
                absl::InvalidArgumentError(absl::StrCat(
                    "GroupedMatMul: x has shape ", x.shape().DebugString(), ", matrices ",
                    matrices.shape().DebugString(), " and segments ",
                    segments.shape().DebugString(), "; expected [rows, depth], ",
                    transposed_ ? "[groups, columns, depth]" : "[groups, depth, columns]",
                    " and [groups, parts, 2]")));
    const int64_t rows = x.dim_size(0), columns = matrices.dim_size(transposed_ ? 1 : 2);
    OP_REQUIRES_OK(context, CheckSegments("GroupedMatMul", segments, rows));
    Tensor* y = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({rows, columns}), &y));
    float* to = y->flat<float>().data();
    ThreadPool* const threads = DeviceThreads(context);
    const gemm::GroupedProduct product =
        MakeProduct(segments, x.dim_size(1), columns, threads->NumThreads());
    for (const int64_t row : product.groups.OtherRows(rows)) {
      std::fill_n(to + row * columns, columns, 0.0f);
    }
    const float* from = x.flat<float>().data();
    const float* values = matrices.flat<float>().data();
    ForUnits(threads, product, rows, [&](int64_t begin, int64_t end) {
      product.Multiply(from, values, transposed_, begin, end, to);
    });
  }

 private:
  bool transposed_;
};

class GroupedMatMulGradientOp final : public OpKernel {
 public:
  explicit GroupedMatMulGradientOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const Tensor& y_gradient = context->input(1);
    const Tensor& segments = context->input(2);
    OP_REQUIRES(
        context, x.dims() == 2 && y_gradient.dims() == 2 && x.dim_size(0) == y_gradient.dim_size(0),
        absl::InvalidArgumentError(absl::StrCat(
            "GroupedMatMulGradient: x has shape ", x.shape().DebugString(), " and y_gradient ",
            y_gradient.shape().DebugString(), "; expected [rows, depth] and [rows, columns]")));
    const int64_t rows = x.dim_size(0), depth = x.dim_size(1), columns = y_gradient.dim_size(1);
    OP_REQUIRES_OK(context, CheckSegments("GroupedMatMulGradient", segments, rows));
    Tensor* gradient = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(
                                0, TensorShape({segments.dim_size(0), depth, columns}), &gradient));
    ThreadPool* const threads = DeviceThreads(context);
    const gemm::GroupedProduct product =
        MakeProduct(segments, depth, columns, threads->NumThreads());
    const float* left = x.flat<float>().data();
    const float* right = y_gradient.flat<float>().data();
    float* to = gradient->flat<float>().data();
    ForUnits(threads, product, rows, [&](int64_t begin, int64_t end) {
      product.MultiplyRows(left, right, begin, end, to);
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>GroupedMatMul").Device(tensorflow::DEVICE_CPU),
                        GroupedMatMulOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>GroupedMatMulGradient").Device(tensorflow::DEVICE_CPU),
                        GroupedMatMulGradientOp);

}  // namespace

}  // namespace frazo::ops
