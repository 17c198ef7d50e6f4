#include "core/kernels/attention/cached_attention.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/ops/row_entries.h"
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
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;
using ::tsl::thread::ThreadPool;

absl::Status InferShape(InferenceContext* context) {
  ShapeHandle queries, cache, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &queries));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 3, &cache));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 3, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(3), 1, &unused));
  context->set_output(0, queries);
  context->set_output(1, context->Matrix(context->Dim(queries, 0), context->Dim(cache, 1)));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>CachedAttention")
    .Input("queries: float")
    .Input("cache: float")
    .Input("bias: float")
    .Input("row_entries: int32")
    .Output("sums: float")
    .Output("probabilities: float")
    .Attr("head_dim: int >= 1")
    .SetShapeFn(InferShape)
    .Doc(R"doc(
softmax(queries keys^T + bias) values for one query a row and head, as in a step of decoding.

Many rows may attend to one entry, such as the hypotheses of a sentence to its source: nothing is copied for each.
With no positions the sums are 0. The result does not depend on the number of threads. It has no gradient.
InvalidArgument if the shapes do not fit, or a row's entry is none.

queries: [rows, heads head_dim], scaled.
cache: [entries, positions, 2 shared_heads head_dim]: of each position the keys of all heads, then the values. shared_heads
  divides heads; consecutive heads of the queries share one.
bias: [1 or entries, 1 or heads, positions], added to the logits; or without any element for none.
row_entries: [rows] the entry that each row attends to.
sums: [rows, heads head_dim].
probabilities: [rows, positions], in the mean over the heads.
head_dim: size of a head.
)doc");

// About the number of multiplications of a core per cycle.
constexpr int64_t kProductsPerCycle = 8;

struct Inputs {
  const Tensor& queries;
  const Tensor& cache;
  const Tensor& bias;
  const Tensor& row_entries;
};

absl::Status Mismatch(const Inputs& inputs, int64_t head_dim) {
  return absl::InvalidArgumentError(absl::StrCat(
      "CachedAttention: queries have shape ", inputs.queries.shape().DebugString(), ", cache ",
      inputs.cache.shape().DebugString(), ", bias ", inputs.bias.shape().DebugString(),
      " and row_entries ", inputs.row_entries.shape().DebugString(),
      "; expected [rows, heads head_dim], [entries, positions, 2 shared_heads head_dim], [1 or "
      "entries, 1 or heads, positions] and [rows], with head_dim ",
      head_dim, " and shared_heads a divisor of heads"));
}

absl::Status CheckShapes(const Inputs& inputs, int64_t head_dim) {
  const auto& [queries, cache, bias, row_entries] = inputs;
  if (queries.dims() != 2 || cache.dims() != 3 || bias.dims() != 3 || row_entries.dims() != 1) {
    return Mismatch(inputs, head_dim);
  }
  const int64_t heads = queries.dim_size(1) / head_dim;
  const int64_t shared_heads = cache.dim_size(2) / (2 * head_dim);
  const bool heads_fit = shared_heads > 0 && heads > 0 && heads % shared_heads == 0 &&
                         queries.dim_size(1) == heads * head_dim &&
                         cache.dim_size(2) == 2 * shared_heads * head_dim;
  const auto is_one_or = [](int64_t size, int64_t other) { return size == 1 || size == other; };
  const bool bias_fits =
      bias.NumElements() == 0 ||
      (is_one_or(bias.dim_size(0), cache.dim_size(0)) && is_one_or(bias.dim_size(1), heads) &&
       bias.dim_size(2) == cache.dim_size(1));
  if (!heads_fit || !bias_fits || row_entries.dim_size(0) != queries.dim_size(0)) {
    return Mismatch(inputs, head_dim);
  }
  return absl::OkStatus();
}

class CachedAttentionOp final : public OpKernel {
 public:
  explicit CachedAttentionOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("head_dim", &head_dim_));
  }

  void Compute(OpKernelContext* context) override {
    const Inputs inputs = {context->input(0), context->input(1), context->input(2),
                           context->input(3)};
    OP_REQUIRES_OK(context, CheckShapes(inputs, head_dim_));
    OP_REQUIRES_OK(context, CheckRowEntries("CachedAttention", inputs.row_entries, "the cache has",
                                            inputs.cache.dim_size(0)));
    const int64_t rows = inputs.queries.dim_size(0);
    const int64_t positions = inputs.cache.dim_size(1);
    Tensor* sums = nullptr;
    Tensor* probabilities = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, inputs.queries.shape(), &sums));
    OP_REQUIRES_OK(context,
                   context->allocate_output(1, TensorShape({rows, positions}), &probabilities));
    const attention::CachedAttention attention = {
        {inputs.queries.flat<float>().data(), inputs.queries.dim_size(1) / head_dim_,
         inputs.row_entries.flat<int32_t>().data()},
        {inputs.cache.flat<float>().data(), inputs.cache.dim_size(0), positions,
         inputs.cache.dim_size(2) / (2 * head_dim_), head_dim_},
        Bias(inputs.bias),
        sums->flat<float>().data(),
        probabilities->flat<float>().data(),
    };
    const int64_t cycles = 2 * inputs.queries.dim_size(1) * (positions + 1) / kProductsPerCycle;
    context->device()->tensorflow_cpu_worker_threads()->workers->ParallelFor(
        rows, ThreadPool::SchedulingParams::Adaptive(cycles),
        [&](int64_t begin, int64_t end) { attention.Attend(begin, end); });
  }

 private:
  static attention::LogitBias Bias(const Tensor& bias) {
    if (bias.NumElements() == 0) return {};
    const int64_t positions = bias.dim_size(2);
    const int64_t entry_size = bias.dim_size(1) * positions;
    return {bias.flat<float>().data(), bias.dim_size(0) == 1 ? 0 : entry_size,
            bias.dim_size(1) == 1 ? 0 : positions};
  }

  int64_t head_dim_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>CachedAttention").Device(tensorflow::DEVICE_CPU),
                        CachedAttentionOp);

}  // namespace

}  // namespace frazo::ops
