#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/attention/cached_attention.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/tensor.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tsl::thread::ThreadPool;

// Multiplications of a core in a cycle, roughly.
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

absl::Status CheckEntries(const Tensor& row_entries, int64_t entries) {
  const auto of_rows = row_entries.vec<int32_t>();
  for (int64_t row = 0; row < of_rows.size(); ++row) {
    if (of_rows(row) < 0 || of_rows(row) >= entries) {
      return absl::InvalidArgumentError(absl::StrCat("CachedAttention: row ", row,
                                                     " attends to entry ", of_rows(row),
                                                     ", but the cache has ", entries));
    }
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
    OP_REQUIRES_OK(context, CheckEntries(inputs.row_entries, inputs.cache.dim_size(0)));
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
