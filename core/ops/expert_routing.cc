#include "core/shard/experts/expert_routing.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/ops/device_threads.h"
#include "core/ops/shape_of_first.h"
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

absl::Status InferRoute(InferenceContext* context) {
  ShapeHandle logits, mask, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &logits));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &mask));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 1, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(3), 2, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(4), 2, &unused));
  int64_t per_token, group_size, capacity;
  bool padded;
  TF_RETURN_IF_ERROR(context->GetAttr("experts_per_token", &per_token));
  TF_RETURN_IF_ERROR(context->GetAttr("group_size", &group_size));
  TF_RETURN_IF_ERROR(context->GetAttr("capacity", &capacity));
  TF_RETURN_IF_ERROR(context->GetAttr("padded", &padded));
  DimensionHandle tokens, slots = context->UnknownDim(), groups = context->UnknownDim();
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(logits, 0), context->Dim(mask, 0), &tokens));
  const DimensionHandle experts = context->Dim(logits, 1);
  if (context->ValueKnown(tokens)) {
    const int64_t count = shard::GroupCount(context->Value(tokens), group_size);
    groups = context->MakeDim(count);
    if (!padded) {
      slots = context->MakeDim(context->Value(tokens) * per_token);
    } else if (context->ValueKnown(experts)) {
      slots = context->MakeDim(count * capacity * context->Value(experts));
    }
  }
  const ShapeHandle choices = context->Matrix(tokens, per_token);
  context->set_output(0, context->Matrix(tokens, experts));
  context->set_output(1, context->Vector(tokens));
  context->set_output(2, choices);
  context->set_output(3, choices);
  context->set_output(4, choices);
  context->set_output(5, context->Vector(slots));
  context->set_output(6, context->MakeShape({experts, groups, context->MakeDim(2)}));
  context->set_output(7, context->Vector(experts));
  for (int output = 8; output < 11; ++output) context->set_output(output, context->Scalar());
  return absl::OkStatus();
}

REGISTER_OP("Frazo>RouteTokens")
    .Input("logits: float")
    .Input("mask: bool")
    .Input("bias: float")
    .Input("noise: float")
    .Input("uniform: float")
    .Output("probabilities: float")
    .Output("log_totals: float")
    .Output("experts: int32")
    .Output("slots: int32")
    .Output("weights: float")
    .Output("owners: int32")
    .Output("segments: int32")
    .Output("loads: int32")
    .Output("balance: float")
    .Output("squares: float")
    .Output("entropy: float")
    .Attr("experts_per_token: int >= 1")
    .Attr("group_size: int >= 1")
    .Attr("capacity: int >= 0")
    .Attr("padded: bool")
    .Attr("threshold: float = 0.5")
    .SetShapeFn(InferRoute)
    .Doc(R"doc(
Chooses experts for tokens and gives the choices slots, in time linear in the tokens (Lepikhin et al. 2020, algorithm 1).

Tokens are numbered without padding, and each group_size of them are a group. An expert takes the first capacity tokens
of a group that want it: first those for which it is the first choice, in the order of the tokens, then those for which
it is the second, and so on. The result does not depend on the number of threads. InvalidArgument if shapes don't fit or
sizes are out of their ranges.

logits: [tokens, experts].
mask: [tokens], false for padding, which chooses nothing and takes no slot.
bias: [experts], added to the probabilities for the choice alone; or without elements for none.
noise: [tokens, experts]: choices after the first are those of the largest logit + noise; or without elements for none.
uniform: [tokens, experts_per_token - 1]: a choice after the first is given up unless its weight is above threshold *
  uniform; or without elements to keep all.
probabilities: [tokens, experts], softmax(logits); zeros at padding; NaN if a logit is not finite.
log_totals: [tokens], the logarithm of the sum of exp(logit); 0 at padding.
experts: [tokens, experts_per_token], in the order of choice; -1 at padding.
slots: [tokens, experts_per_token]; -1 where there is none.
weights: [tokens, experts_per_token], the probability divided by the sum of those of the token's choices, or with one
  expert a token the probability; 0 where there is no slot.
owners: [slots], the choice token * experts_per_token + j that has the slot, or -1.
segments: [experts, groups, 2], the first slot of an expert's tokens of a group, and their number.
loads: [experts], the number of choices of an expert, those that got no slot included.
balance: the sum over groups of n * E * sum over experts e of f_e P_e, with n tokens in the group, E experts, f_e the share
  of first choices and P_e the mean probability.
squares: the sum of the squares of log_totals.
entropy: the sum of the entropies of the probabilities, nats.
experts_per_token: at most the number of experts.
capacity: 0 for no bound; then padded is false.
padded: whether each expert has capacity slots for each group, slot (expert * groups + group) * capacity + position; else
  taken slots lie side by side, by expert and then by group, and there are tokens * experts_per_token.
threshold: above 0.
)doc");

REGISTER_OP("Frazo>RouteTokensGradient")
    .Input("probabilities: float")
    .Input("log_totals: float")
    .Input("mask: bool")
    .Input("experts: int32")
    .Input("slots: int32")
    .Input("weights_gradient: float")
    .Input("balance_gradient: float")
    .Input("squares_gradient: float")
    .Output("logits_gradient: float")
    .Attr("group_size: int >= 1")
    .SetShapeFn(InferShapeOfFirst<2>)
    .Doc(R"doc(
The derivatives of RouteTokens by the logits, given those by its weights, balance and squares.

probabilities, log_totals, experts, slots: as RouteTokens gave them.
mask, group_size: as they were.
weights_gradient: [tokens, experts_per_token]; that of a choice without a slot is not used.
balance_gradient, squares_gradient: scalars.
logits_gradient: [tokens, experts].
)doc");

// The threads of an op as shard::Parallel takes them.
class OnThreads {
 public:
  explicit OnThreads(OpKernelContext* context) : threads_(DeviceThreads(context)) {}

  void operator()(int64_t count, int64_t cycles,
                  absl::FunctionRef<void(int64_t begin, int64_t end)> work) const {
    threads_->ParallelFor(count, ThreadPool::SchedulingParams::Adaptive(cycles), work);
  }

 private:
  ThreadPool* threads_;
};

absl::Status WrongShape(const char* op, const char* name, const Tensor& tensor,
                        const std::string& expected) {
  return absl::InvalidArgumentError(absl::StrCat(
      op, ": ", name, " has shape ", tensor.shape().DebugString(), "; expected ", expected));
}

// Checks an input that may be left out, and returns its values or null.
absl::Status OptionalValues(const char* name, const Tensor& tensor, const TensorShape& shape,
                            const float** values) {
  *values = tensor.NumElements() == 0 ? nullptr : tensor.flat<float>().data();
  if (*values == nullptr || tensor.shape() == shape) return absl::OkStatus();
  return WrongShape("RouteTokens", name, tensor,
                    absl::StrCat(shape.DebugString(), ", or no elements"));
}

class RouteTokensOp final : public OpKernel {
 public:
  explicit RouteTokensOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("experts_per_token", &experts_per_token_));
    OP_REQUIRES_OK(context, context->GetAttr("group_size", &rules_.group_size));
    OP_REQUIRES_OK(context, context->GetAttr("capacity", &rules_.capacity));
    OP_REQUIRES_OK(context, context->GetAttr("padded", &rules_.padded));
    OP_REQUIRES_OK(context, context->GetAttr("threshold", &threshold_));
  }

  void Compute(OpKernelContext* context) override {
    shard::ExpertRouting routing;
    OP_REQUIRES_OK(context, Read(context, &routing));
    shard::RoutedTokens routed;
    std::vector<float> entropies(routing.tokens);
    routed.chosen.entropies = entropies.data();
    OP_REQUIRES_OK(context, Allocate(context, routing, &routed));
    Tensor* sums[3];
    for (int i = 0; i < 3; ++i) {
      OP_REQUIRES_OK(context, context->allocate_output(8 + i, TensorShape({}), &sums[i]));
    }
    shard::RouteTokens(routing, OnThreads(context), &routed);
    sums[0]->scalar<float>()() = routed.balance;
    sums[1]->scalar<float>()() = routed.squares;
    sums[2]->scalar<float>()() = routed.entropy;
  }

 private:
  absl::Status Read(OpKernelContext* context, shard::ExpertRouting* routing) const {
    const Tensor& logits = context->input(0);
    const Tensor& mask = context->input(1);
    if (logits.dims() != 2) {
      return WrongShape("RouteTokens", "logits", logits, "[tokens, experts]");
    }
    const int64_t tokens = logits.dim_size(0), experts = logits.dim_size(1);
    if (mask.shape() != TensorShape({tokens})) {
      return WrongShape("RouteTokens", "mask", mask, absl::StrCat("[", tokens, "]"));
    }
    routing->choice = {logits.flat<float>().data(),
                       mask.flat<bool>().data(),
                       experts,
                       experts_per_token_,
                       nullptr,
                       nullptr,
                       nullptr,
                       threshold_};
    routing->rules = rules_;
    routing->tokens = tokens;
    const absl::Status status = shard::CheckRouting(*routing);
    if (!status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("RouteTokens: ", status.message()));
    }
    FRAZO_RETURN_IF_ERROR(
        OptionalValues("bias", context->input(2), TensorShape({experts}), &routing->choice.bias));
    FRAZO_RETURN_IF_ERROR(
        OptionalValues("noise", context->input(3), logits.shape(), &routing->choice.noise));
    return OptionalValues("uniform", context->input(4),
                          TensorShape({tokens, experts_per_token_ - 1}), &routing->choice.uniform);
  }

  absl::Status Allocate(OpKernelContext* context, const shard::ExpertRouting& routing,
                        shard::RoutedTokens* routed) const {
    const int64_t tokens = routing.tokens, experts = routing.choice.experts;
    const shard::SlotWishes wishes = {nullptr, tokens, experts_per_token_, experts};
    const TensorShape choices({tokens, experts_per_token_});
    const TensorShape shapes[] = {
        TensorShape({tokens, experts}),
        TensorShape({tokens}),
        choices,
        choices,
        choices,
        TensorShape({shard::SlotCount(rules_, wishes)}),
        TensorShape({experts, shard::GroupCount(tokens, rules_.group_size), 2}),
        TensorShape({experts})};
    Tensor* outputs[8];
    for (int i = 0; i < 8; ++i) {
      FRAZO_RETURN_IF_ERROR(context->allocate_output(i, shapes[i], &outputs[i]));
    }
    routed->chosen.probabilities = outputs[0]->flat<float>().data();
    routed->chosen.log_totals = outputs[1]->flat<float>().data();
    routed->chosen.experts = outputs[2]->flat<int32_t>().data();
    routed->chosen.slots = routed->plan.slots = outputs[3]->flat<int32_t>().data();
    routed->chosen.weights = routed->plan.weights = outputs[4]->flat<float>().data();
    routed->plan.owners = outputs[5]->flat<int32_t>().data();
    routed->plan.segments = outputs[6]->flat<int32_t>().data();
    routed->plan.loads = outputs[7]->flat<int32_t>().data();
    return absl::OkStatus();
  }

  int64_t experts_per_token_;
  shard::SlotRules rules_;
  float threshold_;
};

class RouteTokensGradientOp final : public OpKernel {
 public:
  explicit RouteTokensGradientOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("group_size", &group_size_));
  }

  void Compute(OpKernelContext* context) override {
    OP_REQUIRES_OK(context, Check(context));
    const Tensor& probabilities = context->input(0);
    const Tensor& experts = context->input(3);
    const shard::RoutingGradient gradient = {
        {probabilities.flat<float>().data(), context->input(1).flat<float>().data(),
         experts.flat<int32_t>().data(), probabilities.dim_size(1), experts.dim_size(1),
         context->input(5).flat<float>().data(), nullptr, context->input(7).scalar<float>()()},
        context->input(2).flat<bool>().data(),
        probabilities.dim_size(0),
        group_size_,
        context->input(4).flat<int32_t>().data(),
        context->input(6).scalar<float>()()};
    Tensor* logits_gradient = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, probabilities.shape(), &logits_gradient));
    shard::RouteTokensGradient(gradient, OnThreads(context), logits_gradient->flat<float>().data());
  }

 private:
  static absl::Status Check(OpKernelContext* context) {
    const Tensor& probabilities = context->input(0);
    const Tensor& experts = context->input(3);
    constexpr char kOp[] = "RouteTokensGradient";
    if (probabilities.dims() != 2) {
      return WrongShape(kOp, "probabilities", probabilities, "[tokens, experts]");
    }
    const int64_t tokens = probabilities.dim_size(0);
    if (experts.dims() != 2 || experts.dim_size(0) != tokens || experts.dim_size(1) < 1) {
      return WrongShape(kOp, "experts", experts, absl::StrCat("[", tokens, ", experts_per_token]"));
    }
    const char* names[] = {"",
                           "log_totals",
                           "mask",
                           "",
                           "slots",
                           "weights_gradient",
                           "balance_gradient",
                           "squares_gradient"};
    const TensorShape of_tokens({tokens}), scalar({});
    const TensorShape shapes[] = {scalar,          of_tokens,       of_tokens, scalar,
                                  experts.shape(), experts.shape(), scalar,    scalar};
    for (const int input : {1, 2, 4, 5, 6, 7}) {
      if (context->input(input).shape() != shapes[input]) {
        return WrongShape(kOp, names[input], context->input(input), shapes[input].DebugString());
      }
    }
    return CheckExperts(experts, context->input(2), probabilities.dim_size(1));
  }

  // All choices of a token are experts, and all of padding are -1.
  static absl::Status CheckExperts(const Tensor& experts, const Tensor& mask, int64_t count) {
    const auto values = experts.matrix<int32_t>();
    const auto is_token = mask.vec<bool>();
    for (int64_t token = 0; token < experts.dim_size(0); ++token) {
      for (int64_t j = 0; j < experts.dim_size(1); ++j) {
        const int32_t expert = values(token, j);
        if (is_token(token) ? expert < 0 || expert >= count : expert != -1) {
          return absl::InvalidArgumentError(
              absl::StrCat("RouteTokensGradient: choice ", j, " of token ", token, " is ", expert,
                           "; expected an expert below ", count, ", or -1 at padding"));
        }
      }
    }
    return absl::OkStatus();
  }

  int64_t group_size_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>RouteTokens").Device(tensorflow::DEVICE_CPU), RouteTokensOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>RouteTokensGradient").Device(tensorflow::DEVICE_CPU),
                        RouteTokensGradientOp);

}  // namespace

}  // namespace frazo::ops
