#include "core/shard/experts/token_movement.h"

#include <algorithm>
#include <cstdint>

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
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;
using ::tsl::thread::ThreadPool;

absl::Status InferDispatch(InferenceContext* context) {
  ShapeHandle tokens, owners;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &tokens));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &owners));
  context->set_output(0, context->Matrix(context->Dim(owners, 0), context->Dim(tokens, 1)));
  return absl::OkStatus();
}

absl::Status InferCombine(InferenceContext* context) {
  ShapeHandle rows, slots;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &rows));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 2, &slots));
  TF_RETURN_IF_ERROR(context->Merge(slots, context->input(2), &slots));
  context->set_output(0, context->Matrix(context->Dim(slots, 0), context->Dim(rows, 1)));
  return absl::OkStatus();
}

absl::Status InferCombineGradient(InferenceContext* context) {
  ShapeHandle rows, slots;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &rows));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 2, &slots));
  context->set_output(0, rows);
  context->set_output(1, slots);
  return absl::OkStatus();
}

REGISTER_OP("Frazo>DispatchTokens")
    .Input("tokens: float")
    .Input("owners: int32")
    .Output("rows: float")
    .Attr("experts_per_token: int >= 1")
    .SetShapeFn(InferDispatch)
    .Doc(R"doc(
Copies tokens to the slots of their experts: rows[s] = tokens[owners[s] / experts_per_token], zeros where the owner is -1.

Its gradient is CombineTokens with weights of 1. InvalidArgument if an owner is none of the tokens' choices.

tokens: [tokens, dim].
owners: [slots] of RouteTokens.
rows: [slots, dim].
)doc");

REGISTER_OP("Frazo>CombineTokens")
    .Input("rows: float")
    .Input("slots: int32")
    .Input("weights: float")
    .Output("tokens: float")
    .SetShapeFn(InferCombine)
    .Doc(R"doc(
The weighted sum of the rows that a token's experts gave: tokens[n] = sum over j of weights[n, j] rows[slots[n, j]].

A slot of -1 adds nothing. InvalidArgument if a slot is not there.

rows: [slots, dim].
slots, weights: [tokens, experts_per_token] of RouteTokens.
tokens: [tokens, dim].
)doc");

REGISTER_OP("Frazo>CombineTokensGradient")
    .Input("rows: float")
    .Input("slots: int32")
    .Input("weights: float")
    .Input("owners: int32")
    .Input("tokens_gradient: float")
    .Output("rows_gradient: float")
    .Output("weights_gradient: float")
    .SetShapeFn(InferCombineGradient)
    .Doc(R"doc(
The derivatives of CombineTokens by its rows and weights, each written once.

rows, slots, weights: as they were.
owners: [slots] of RouteTokens; each is the choice that has the slot, or -1.
tokens_gradient: [tokens, dim].
rows_gradient: [slots, dim].
weights_gradient: [tokens, experts_per_token]; 0 where there is no slot.
)doc");

// About the number of values that a core moves per cycle.
constexpr int64_t kValuesPerCycle = 2;

absl::Status CheckIndices(const char* op, const char* name, const Tensor& indices, int64_t count) {
  const auto values = indices.flat<int32_t>();
  for (int64_t i = 0; i < values.size(); ++i) {
    if (values(i) < -1 || values(i) >= count) {
      return absl::InvalidArgumentError(absl::StrCat(op, ": number ", i, " of ", name, " is ",
                                                     values(i), "; expected -1 .. ", count - 1));
    }
  }
  return absl::OkStatus();
}

// Calls work(begin, end) for ranges of rows of `dim` values in the threads of the device.
template <typename Work>
void ForRows(OpKernelContext* context, int64_t rows, int64_t dim, Work work) {
  DeviceThreads(context)->ParallelFor(
      rows, ThreadPool::SchedulingParams::Adaptive(std::max<int64_t>(1, dim / kValuesPerCycle)),
      work);
}

class DispatchTokensOp final : public OpKernel {
 public:
  explicit DispatchTokensOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("experts_per_token", &experts_per_token_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& tokens = context->input(0);
    const Tensor& owners = context->input(1);
    OP_REQUIRES(
        context, tokens.dims() == 2 && owners.dims() == 1,
        absl::InvalidArgumentError(absl::StrCat(
            "DispatchTokens: tokens have shape ", tokens.shape().DebugString(), " and owners ",
            owners.shape().DebugString(), "; expected [tokens, dim] and [slots]")));
    OP_REQUIRES_OK(context, CheckIndices("DispatchTokens", "owners", owners,
                                         tokens.dim_size(0) * experts_per_token_));
    const int64_t dim = tokens.dim_size(1);
    Tensor* rows = nullptr;
    OP_REQUIRES_OK(context,
                   context->allocate_output(0, TensorShape({owners.dim_size(0), dim}), &rows));
    const shard::TokenMovement movement = {nullptr, owners.flat<int32_t>().data(), nullptr,
                                           experts_per_token_, dim};
    const float* from = tokens.flat<float>().data();
    float* to = rows->flat<float>().data();
    ForRows(context, owners.dim_size(0), dim,
            [&](int64_t begin, int64_t end) { movement.Dispatch(from, begin, end, to); });
  }

 private:
  int64_t experts_per_token_;
};

absl::Status CheckCombine(const char* op, const Tensor& rows, const Tensor& slots,
                          const Tensor& weights) {
  if (rows.dims() != 2 || slots.dims() != 2 || slots.dim_size(1) < 1 ||
      weights.shape() != slots.shape()) {
    return absl::InvalidArgumentError(
        absl::StrCat(op, ": rows have shape ", rows.shape().DebugString(), ", slots ",
                     slots.shape().DebugString(), " and weights ", weights.shape().DebugString(),
                     "; expected [slots, dim] and twice [tokens, experts_per_token]"));
  }
  return CheckIndices(op, "slots", slots, rows.dim_size(0));
}

class CombineTokensOp final : public OpKernel {
 public:
  explicit CombineTokensOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& rows = context->input(0);
    const Tensor& slots = context->input(1);
    const Tensor& weights = context->input(2);
    OP_REQUIRES_OK(context, CheckCombine("CombineTokens", rows, slots, weights));
    const int64_t tokens = slots.dim_size(0), dim = rows.dim_size(1);
    Tensor* sums = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({tokens, dim}), &sums));
    const shard::TokenMovement movement = {slots.flat<int32_t>().data(), nullptr,
                                           weights.flat<float>().data(), slots.dim_size(1), dim};
    const float* from = rows.flat<float>().data();
    float* to = sums->flat<float>().data();
    ForRows(context, tokens, dim * slots.dim_size(1),
            [&](int64_t begin, int64_t end) { movement.Combine(from, begin, end, to); });
  }
};

class CombineTokensGradientOp final : public OpKernel {
 public:
  explicit CombineTokensGradientOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& rows = context->input(0);
    const Tensor& slots = context->input(1);
    const Tensor& weights = context->input(2);
    const Tensor& owners = context->input(3);
    const Tensor& tokens_gradient = context->input(4);
    OP_REQUIRES_OK(context, CheckCombine("CombineTokensGradient", rows, slots, weights));
    const int64_t tokens = slots.dim_size(0), dim = rows.dim_size(1), count = rows.dim_size(0);
    OP_REQUIRES(context,
                owners.shape() == TensorShape({count}) &&
                    tokens_gradient.shape() == TensorShape({tokens, dim}),
                absl::InvalidArgumentError(absl::StrCat(
                    "CombineTokensGradient: owners have shape ", owners.shape().DebugString(),
                    " and tokens_gradient ", tokens_gradient.shape().DebugString(), "; expected [",
                    count, "] and [", tokens, ", ", dim, "]")));
    OP_REQUIRES_OK(context,
                   CheckIndices("CombineTokensGradient", "owners", owners, slots.NumElements()));
    Tensor* rows_gradient = nullptr;
    Tensor* weights_gradient = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, rows.shape(), &rows_gradient));
    OP_REQUIRES_OK(context, context->allocate_output(1, slots.shape(), &weights_gradient));
    const shard::TokenMovement movement = {slots.flat<int32_t>().data(),
                                           owners.flat<int32_t>().data(),
                                           weights.flat<float>().data(), slots.dim_size(1), dim};
    const float* of_tokens = tokens_gradient.flat<float>().data();
    const float* from = rows.flat<float>().data();
    float* of_rows = rows_gradient->flat<float>().data();
    float* of_weights = weights_gradient->flat<float>().data();
    ForRows(context, count, dim, [&](int64_t begin, int64_t end) {
      movement.RowsGradient(of_tokens, begin, end, of_rows);
    });
    ForRows(context, tokens, dim * slots.dim_size(1), [&](int64_t begin, int64_t end) {
      movement.WeightsGradient(of_tokens, from, begin, end, of_weights);
    });
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>DispatchTokens").Device(tensorflow::DEVICE_CPU),
                        DispatchTokensOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>CombineTokens").Device(tensorflow::DEVICE_CPU),
                        CombineTokensOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>CombineTokensGradient").Device(tensorflow::DEVICE_CPU),
                        CombineTokensGradientOp);

}  // namespace

}  // namespace frazo::ops
