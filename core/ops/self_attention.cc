#include "core/kernels/attention/self_attention.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/attention/attention_shape.h"
#include "core/kernels/attention/visible_keys.h"
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

absl::Status InferSums(InferenceContext* context) {
  ShapeHandle projected, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 3, &projected));
  for (int input = 1; input < 4; ++input) {
    TF_RETURN_IF_ERROR(context->WithRank(context->input(input), 2, &unused));
  }
  int64_t heads, head_dim;
  TF_RETURN_IF_ERROR(context->GetAttr("heads", &heads));
  TF_RETURN_IF_ERROR(context->GetAttr("head_dim", &head_dim));
  const DimensionHandle batch = context->Dim(projected, 0), time = context->Dim(projected, 1);
  context->set_output(0, context->MakeShape({batch, time, context->MakeDim(heads * head_dim)}));
  context->set_output(1, context->MakeShape({batch, context->MakeDim(heads), time}));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>SelfAttention")
    .Input("projected: float")
    .Input("mask: bool")
    .Input("segments: int32")
    .Input("rotations: float")
    .Output("sums: float")
    .Output("log_totals: float")
    .Attr("heads: int >= 1")
    .Attr("head_dim: int >= 1")
    .Attr("scale: float = 1.0")
    .Attr("before: int >= -1 = -1")
    .Attr("after: int >= -1 = -1")
    .SetShapeFn(InferSums)
    .Doc(R"doc(
softmax(queries keys^T) values of whole sequences, where a query sees the keys that are tokens, of its segment, and within a
window around its position.

No tensor has the size of queries times keys, and pairs of blocks of which no query sees a key cost nothing. A query that
sees no key has sums of 0. The result does not depend on the number of threads. NaN where a product of a query and a key
that it sees is not finite. InvalidArgument if the shapes do not fit, or the tokens of a segment do not lie side by side.

projected: [batch, time, (heads + 2 shared_heads) head_dim]: of each position the queries of all heads, then the keys of all
  shared heads, then the values. shared_heads divides heads; consecutive heads of the queries share one.
mask: [batch, time], true where a token is.
segments: [batch, time], or [0, 0] if rows are not packed.
rotations: [time, head_dim] with an even head_dim, the rotary positions of queries and keys (Su et al. 2021, equation 34): the
  cosines of a position, then the sines. Element i of a head makes a pair with element i + head_dim / 2. [0, 0] for none.
sums: [batch, time, heads head_dim].
log_totals: [batch, heads, time] for SelfAttentionGradient: the logarithm of the sum of the exponentials.
heads: the number of heads of queries.
head_dim: size of a head.
scale: queries are multiplied by it.
before: the greatest number of positions that a key may lie before the query; -1: any.
after: the greatest number of positions that a key may lie after the query; -1: any.
)doc");

REGISTER_OP("Frazo>SelfAttentionGradient")
    .Input("projected: float")
    .Input("mask: bool")
    .Input("segments: int32")
    .Input("rotations: float")
    .Input("sums: float")
    .Input("log_totals: float")
    .Input("sums_gradient: float")
    .Output("projected_gradient: float")
    .Attr("heads: int >= 1")
    .Attr("head_dim: int >= 1")
    .Attr("scale: float = 1.0")
    .Attr("before: int >= -1 = -1")
    .Attr("after: int >= -1 = -1")
    .SetShapeFn(InferShapeOfFirst<3>)
    .Doc(R"doc(
The gradient of Frazo>SelfAttention, which computes the probabilities again (Dao et al. 2022, algorithm 4).

projected, mask, segments, rotations, heads, head_dim, scale, before, after: as those were.
sums, log_totals: as it gave them.
sums_gradient: [batch, time, heads head_dim].
projected_gradient: of the shape of projected.
)doc");

// About the number of products that a core adds per cycle.
constexpr int64_t kProductsPerCycle = 16;

// What both ops have: the inputs 0 .. 3, and the attributes.
class SelfAttentionKernel : public OpKernel {
 public:
  explicit SelfAttentionKernel(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("heads", &heads_));
    OP_REQUIRES_OK(context, context->GetAttr("head_dim", &head_dim_));
    OP_REQUIRES_OK(context, context->GetAttr("scale", &scale_));
    OP_REQUIRES_OK(context, context->GetAttr("before", &before_));
    OP_REQUIRES_OK(context, context->GetAttr("after", &after_));
  }

  void Compute(OpKernelContext* context) override { OP_REQUIRES_OK(context, ReadAndRun(context)); }

 protected:
  virtual absl::Status Run(OpKernelContext* context,
                           const attention::AttentionInputs& inputs) const = 0;

  // Calls work(begin, end) for ranges of units in the threads of the device. `products` is the
  // number of products of a query and a key, or of as many elements.
  template <typename Work>
  static void ForUnits(OpKernelContext* context, const attention::AttentionInputs& inputs,
                       int64_t products, Work work) {
    const attention::AttentionShape& shape = inputs.shape;
    double pairs = 0;
    for (int64_t query = 0; query < shape.batch * shape.time; ++query) {
      pairs += inputs.ranges[query].end - inputs.ranges[query].begin;
    }
    const double cycles = pairs * shape.heads * shape.head_dim * products / kProductsPerCycle;
    const double of_unit = cycles / std::max<int64_t>(1, shape.units());
    DeviceThreads(context)->ParallelFor(
        shape.units(), ThreadPool::SchedulingParams::Adaptive(std::clamp<double>(of_unit, 1, 1e15)),
        work);
  }

 private:
  absl::Status ReadAndRun(OpKernelContext* context) const {
    FRAZO_ASSIGN_OR_RETURN(const attention::AttentionShape shape, ReadShape(context));
    std::vector<attention::KeyRange> ranges(shape.batch * shape.time);
    FRAZO_RETURN_IF_ERROR(FindRanges(context, shape, ranges.data()));
    const Tensor& rotations = context->input(3);
    return Run(context, {
                            shape,
                            context->input(0).flat<float>().data(),
                            ranges.data(),
                            context->input(1).flat<bool>().data(),
                            rotations.dim_size(1) == 0 ? nullptr : rotations.flat<float>().data(),
                            scale_,
                        });
  }

  absl::StatusOr<attention::AttentionShape> ReadShape(OpKernelContext* context) const {
    const Tensor& projected = context->input(0);
    const TensorShape& mask = context->input(1).shape();
    const TensorShape& segments = context->input(2).shape();
    const TensorShape& rotations = context->input(3).shape();
    if (projected.dims() != 3) return Mismatch(context);
    const int64_t shared_heads = (projected.dim_size(2) / head_dim_ - heads_) / 2;
    const attention::AttentionShape shape = {projected.dim_size(0), projected.dim_size(1), heads_,
                                             shared_heads, head_dim_};
    const TensorShape tokens({shape.batch, shape.time}), none({0, 0});
    const bool heads_fit =
        shared_heads > 0 && heads_ % shared_heads == 0 && projected.dim_size(2) == shape.width();
    const bool rotations_fit =
        rotations == none ||
        (rotations == TensorShape({shape.time, head_dim_}) && head_dim_ % 2 == 0);
    if (!heads_fit || mask != tokens || (segments != none && segments != tokens) ||
        !rotations_fit) {
      return Mismatch(context);
    }
    return shape;
  }

  absl::Status Mismatch(OpKernelContext* context) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "SelfAttention: projected has shape ", context->input(0).shape().DebugString(), ", mask ",
        context->input(1).shape().DebugString(), ", segments ",
        context->input(2).shape().DebugString(), " and rotations ",
        context->input(3).shape().DebugString(),
        "; expected [batch, time, (heads + 2 shared_heads) head_dim], [batch, time], [batch, time] "
        "or [0, 0], and [time, head_dim] or [0, 0], with heads ",
        heads_, ", head_dim ", head_dim_,
        ", shared_heads a divisor of heads, and rotations only if head_dim is even"));
  }

  absl::Status FindRanges(OpKernelContext* context, const attention::AttentionShape& shape,
                          attention::KeyRange* ranges) const {
    const bool* mask = context->input(1).flat<bool>().data();
    const Tensor& segments = context->input(2);
    const bool is_packed = segments.NumElements() > 0;
    for (int64_t row = 0; row < shape.batch; ++row) {
      const int64_t first = row * shape.time;
      const attention::VisibleKeys visible = {
          mask + first, shape.time, is_packed ? segments.flat<int32_t>().data() + first : nullptr,
          before_, after_};
      const absl::Status found = visible.FindRanges(ranges + first);
      if (!found.ok()) {
        return absl::Status(found.code(),
                            absl::StrCat("SelfAttention: in row ", row, " ", found.message()));
      }
    }
    return absl::OkStatus();
  }

  int64_t heads_;
  int64_t head_dim_;
  float scale_;
  int64_t before_;
  int64_t after_;
};

class SelfAttentionOp final : public SelfAttentionKernel {
 public:
  using SelfAttentionKernel::SelfAttentionKernel;

 private:
  absl::Status Run(OpKernelContext* context,
                   const attention::AttentionInputs& inputs) const override {
    const attention::AttentionShape& shape = inputs.shape;
    Tensor* sums = nullptr;
    Tensor* log_totals = nullptr;
    TF_RETURN_IF_ERROR(context->allocate_output(
        0, TensorShape({shape.batch, shape.time, shape.heads * shape.head_dim}), &sums));
    TF_RETURN_IF_ERROR(context->allocate_output(
        1, TensorShape({shape.batch, shape.heads, shape.time}), &log_totals));
    const attention::SelfAttention attention = {inputs, sums->flat<float>().data(),
                                                log_totals->flat<float>().data()};
    ForUnits(context, inputs, 2, [&](int64_t begin, int64_t end) { attention.Attend(begin, end); });
    return absl::OkStatus();
  }
};

class SelfAttentionGradientOp final : public SelfAttentionKernel {
 public:
  using SelfAttentionKernel::SelfAttentionKernel;

 private:
  absl::Status Run(OpKernelContext* context,
                   const attention::AttentionInputs& inputs) const override {
    const attention::AttentionShape& shape = inputs.shape;
    const Tensor& sums = context->input(4);
    const Tensor& log_totals = context->input(5);
    const Tensor& sums_gradient = context->input(6);
    const TensorShape of_sums({shape.batch, shape.time, shape.heads * shape.head_dim});
    const TensorShape of_totals({shape.batch, shape.heads, shape.time});
    if (sums.shape() != of_sums || log_totals.shape() != of_totals ||
        sums_gradient.shape() != of_sums) {
      return absl::InvalidArgumentError(
          absl::StrCat("SelfAttentionGradient: sums have shape ", sums.shape().DebugString(),
                       ", log_totals ", log_totals.shape().DebugString(), " and sums_gradient ",
                       sums_gradient.shape().DebugString(), "; expected ", of_sums.DebugString(),
                       ", ", of_totals.DebugString(), " and ", of_sums.DebugString()));
    }
    Tensor* projected_gradient = nullptr;
    TF_RETURN_IF_ERROR(context->allocate_output(0, context->input(0).shape(), &projected_gradient));
    const attention::SelfAttentionGradient gradient = {
        inputs,
        sums.flat<float>().data(),
        log_totals.flat<float>().data(),
        sums_gradient.flat<float>().data(),
        projected_gradient->flat<float>().data(),
    };
    ForUnits(context, inputs, 5, [&](int64_t begin, int64_t end) { gradient.Compute(begin, end); });
    return absl::OkStatus();
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>SelfAttention").Device(tensorflow::DEVICE_CPU),
                        SelfAttentionOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>SelfAttentionGradient").Device(tensorflow::DEVICE_CPU),
                        SelfAttentionGradientOp);

}  // namespace

}  // namespace frazo::ops
