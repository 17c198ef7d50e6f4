#include "core/kernels/norm/layer_norm.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
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

static_assert(sizeof(norm::RowMoments) == 2 * sizeof(float), "moments are a tensor [rows, 2]");

// Gives x, whose last dimension is that of scale.
absl::Status InferX(InferenceContext* context, ShapeHandle* x) {
  ShapeHandle scale;
  DimensionHandle dim;
  TF_RETURN_IF_ERROR(context->WithRankAtLeast(context->input(0), 1, x));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &scale));
  if (!context->RankKnown(*x)) return absl::OkStatus();
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(*x, -1), context->Dim(scale, 0), &dim));
  return context->ReplaceDim(*x, -1, dim, x);
}

absl::Status InferNorm(InferenceContext* context) {
  ShapeHandle x, bias;
  TF_RETURN_IF_ERROR(InferX(context, &x));
  TF_RETURN_IF_ERROR(context->Merge(context->input(1), context->input(2), &bias));
  context->set_output(0, x);
  DimensionHandle rows = context->UnknownDim();
  if (context->RankKnown(x)) {
    rows = context->MakeDim(1);
    for (int index = 0; index < context->Rank(x) - 1; ++index) {
      TF_RETURN_IF_ERROR(context->Multiply(rows, context->Dim(x, index), &rows));
    }
  }
  context->set_output(1, context->Matrix(rows, 2));
  return absl::OkStatus();
}

absl::Status InferGradient(InferenceContext* context) {
  ShapeHandle x, moments;
  TF_RETURN_IF_ERROR(InferX(context, &x));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 2, &moments));
  TF_RETURN_IF_ERROR(context->Merge(x, context->input(3), &x));
  context->set_output(0, x);
  context->set_output(1, context->input(1));
  context->set_output(2, context->input(1));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>LayerNorm")
    .Input("x: float")
    .Input("scale: float")
    .Input("bias: float")
    .Output("y: float")
    .Output("moments: float")
    .Attr("epsilon: float")
    .SetShapeFn(InferNorm)
    .Doc(R"doc(
scale * (x - mean) / sqrt(variance + epsilon) + bias, over the last dimension.

The variance has the divisor dim: with epsilon 2, scale 1 and bias 0, [1, 5, 3, 3] has mean 3 and variance 2 and
becomes [-1, 1, 0, 0]. The result does not depend on the number of threads. InvalidArgument if the shapes do not fit.

x: [..., dim].
scale, bias: [dim].
y: [..., dim].
moments: [rows, 2] for LayerNormGradient: each row's mean, and 1 / sqrt(variance + epsilon).
epsilon: above 0, or 0 if no row has equal values.
)doc");

REGISTER_OP("Frazo>LayerNormGradient")
    .Input("x: float")
    .Input("scale: float")
    .Input("moments: float")
    .Input("slopes: float")
    .Output("x_gradient: float")
    .Output("scale_gradient: float")
    .Output("bias_gradient: float")
    .SetShapeFn(InferGradient)
    .Doc(R"doc(
The derivatives of sum(slopes * y) of LayerNorm, that by x in the slopes' memory where nobody else needs them.

The result does not depend on the number of threads.

x, scale: as those were.
moments: [rows, 2] as it gave them.
slopes: [..., dim].
x_gradient: [..., dim].
scale_gradient, bias_gradient: [dim].
)doc");

// Returns the number of rows of x, [..., dim].
int64_t RowCount(const Tensor& x) {
  return x.NumElements() / std::max<int64_t>(x.dim_size(x.dims() - 1), 1);
}

absl::Status CheckX(const char* op, const Tensor& x, const Tensor& scale) {
  if (x.dims() > 0 && scale.shape() == TensorShape({x.dim_size(x.dims() - 1)})) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(op, ": x has shape ", x.shape().DebugString(),
                                                 " and scale ", scale.shape().DebugString(),
                                                 "; expected [..., dim] and [dim]"));
}

class LayerNormOp final : public OpKernel {
 public:
  explicit LayerNormOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("epsilon", &epsilon_));
    OP_REQUIRES(context, epsilon_ >= 0,
                absl::InvalidArgumentError(
                    absl::StrCat("LayerNorm: epsilon is ", epsilon_, "; expected >= 0")));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const Tensor& scale = context->input(1);
    const Tensor& bias = context->input(2);
    OP_REQUIRES_OK(context, CheckX("LayerNorm", x, scale));
    OP_REQUIRES(context, bias.shape() == scale.shape(),
                absl::InvalidArgumentError(absl::StrCat(
                    "LayerNorm: bias has shape ", bias.shape().DebugString(), " and scale ",
                    scale.shape().DebugString(), "; expected the same")));
    const int64_t rows = RowCount(x);
    Tensor* y = nullptr;
    Tensor* moments = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, x.shape(), &y));
    OP_REQUIRES_OK(context, context->allocate_output(1, TensorShape({rows, 2}), &moments));
    const norm::LayerNorm norm = {x.flat<float>().data(), scale.dim_size(0),
                                  scale.flat<float>().data(), bias.flat<float>().data()};
    float* values = y->flat<float>().data();
    auto* of_rows = reinterpret_cast<norm::RowMoments*>(moments->flat<float>().data());
    DeviceThreads(context)->ParallelFor(
        rows, ThreadPool::SchedulingParams::Adaptive(norm.dim + 1),
        [&](int64_t begin, int64_t end) { norm.Compute(begin, end, epsilon_, values, of_rows); });
  }

 private:
  float epsilon_;
};

// The gradients of scale and bias are sums over blocks of so many rows, in their order, so that
// they do not depend on the number of threads.
constexpr int64_t kRowsOfBlock = 64;

class LayerNormGradientOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const Tensor& scale = context->input(1);
    const Tensor& moments = context->input(2);
    const Tensor& slopes = context->input(3);
    OP_REQUIRES_OK(context, CheckX("LayerNormGradient", x, scale));
    const int64_t rows = RowCount(x);
    OP_REQUIRES(context, moments.shape() == TensorShape({rows, 2}) && slopes.shape() == x.shape(),
                absl::InvalidArgumentError(absl::StrCat(
                    "LayerNormGradient: x has shape ", x.shape().DebugString(), ", moments ",
                    moments.shape().DebugString(), " and slopes ", slopes.shape().DebugString(),
                    "; expected [..., dim], [rows, 2] and [..., dim]")));
    Tensor* by_x = nullptr;
    Tensor* by_scale = nullptr;
    Tensor* by_bias = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({3}, 0, x.shape(), &by_x));
    OP_REQUIRES_OK(context, context->allocate_output(1, scale.shape(), &by_scale));
    OP_REQUIRES_OK(context, context->allocate_output(2, scale.shape(), &by_bias));
    const norm::LayerNorm norm = {x.flat<float>().data(), scale.dim_size(0),
                                  scale.flat<float>().data(), nullptr};
    const auto* of_rows = reinterpret_cast<const norm::RowMoments*>(moments.flat<float>().data());
    const float* of_y = slopes.flat<float>().data();
    float* of_x = by_x->flat<float>().data();
    const int64_t blocks = (rows + kRowsOfBlock - 1) / kRowsOfBlock;
    std::vector<float> sums(2 * blocks * norm.dim);
    DeviceThreads(context)->ParallelFor(
        blocks, ThreadPool::SchedulingParams::Adaptive(2 * kRowsOfBlock * norm.dim + 1),
        [&](int64_t begin, int64_t end) {
          for (int64_t block = begin; block < end; ++block) {
            float* of_block = sums.data() + 2 * block * norm.dim;
            norm.Gradient(block * kRowsOfBlock, std::min(rows, (block + 1) * kRowsOfBlock), of_rows,
                          of_y, {of_x, of_block, of_block + norm.dim});
          }
        });
    AddBlocks(sums, norm.dim, by_scale->flat<float>().data(), by_bias->flat<float>().data());
  }

 private:
  // Adds [blocks, 2, dim] up.
  static void AddBlocks(const std::vector<float>& sums, int64_t dim, float* scale, float* bias) {
    std::fill_n(scale, dim, 0.0f);
    std::fill_n(bias, dim, 0.0f);
    for (size_t block = 0; block < sums.size(); block += 2 * dim) {
      for (int64_t i = 0; i < dim; ++i) {
        scale[i] += sums[block + i];
        bias[i] += sums[block + dim + i];
      }
    }
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>LayerNorm").Device(tensorflow::DEVICE_CPU), LayerNormOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>LayerNormGradient").Device(tensorflow::DEVICE_CPU),
                        LayerNormGradientOp);

}  // namespace

}  // namespace frazo::ops
