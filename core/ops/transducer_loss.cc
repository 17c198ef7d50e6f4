#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/loss/smoothed_cross_entropy.h"
#include "core/kernels/loss/transducer_lattice.h"
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

static_assert(sizeof(loss::RowTotal) == 2 * sizeof(float), "totals are a tensor [..., 2]");

absl::Status InferLosses(InferenceContext* context) {
  ShapeHandle logits, labels, frames, lengths, totals;
  DimensionHandle batch, nodes;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 4, &logits));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 2, &labels));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 1, &frames));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(3), 1, &lengths));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(logits, 0), context->Dim(labels, 0), &batch));
  TF_RETURN_IF_ERROR(context->Merge(batch, context->Dim(frames, 0), &batch));
  TF_RETURN_IF_ERROR(context->Merge(batch, context->Dim(lengths, 0), &batch));
  TF_RETURN_IF_ERROR(context->Add(context->Dim(labels, 1), 1, &nodes));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(logits, 2), nodes, &nodes));
  context->set_output(0, context->Vector(batch));
  const DimensionHandle time = context->Dim(logits, 1);
  context->set_output(1, context->MakeShape({batch, time, nodes, context->MakeDim(2)}));
  context->set_output(2, context->MakeShape({batch, time, nodes}));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>TransducerLoss")
    .Input("logits: float")
    .Input("labels: int32")
    .Input("frames: int32")
    .Input("label_lengths: int32")
    .Output("losses: float")
    .Output("totals: float")
    .Output("alphas: double")
    .Attr("blank: int = -1")
    .SetShapeFn(InferLosses)
    .Doc(R"doc(
The loss of the RNN transducer (Graves 2012): -log of the probability of each text, in nats.

The softmax of logits[b, t, u] says what follows u tokens at frame t: labels[b, u] leads to [b, t, u + 1], the blank to
[b, t + 1, u]. The probability of a text is the sum over all ways from [b, 0, 0] to the blank of its last frame and
token. With one frame, no token and two equal logits the loss is log(2). The sums are of logarithms, in double
precision. The result does not depend on the number of threads, which share the batch. InvalidArgument if the shapes do
not fit, a length is out of range, or a label is the blank or no class.

logits: [batch, time, longest + 1, classes], without a softmax. What lies outside of the lengths counts for nothing.
labels: [batch, longest], each a class but not the blank.
frames: [batch], frames of each utterance, 0 .. time.
label_lengths: [batch], tokens of each text, 0 .. longest.
losses: [batch]. Infinite for tokens without a frame, or if each way has a logit of minus infinity; 0 for no tokens
  without a frame; NaN if a logit within the lengths is NaN or plus infinity.
totals: [batch, time, longest + 1, 2] for TransducerLossGradient: the largest logit, and log(sum(exp(logits - largest))).
alphas: [batch, time, longest + 1] for TransducerLossGradient: the log of the probability of the ways to a node.
blank: the blank's class; negative ones count from the end.
)doc");

REGISTER_OP("Frazo>TransducerLossGradient")
    .Input("logits: float")
    .Input("labels: int32")
    .Input("frames: int32")
    .Input("label_lengths: int32")
    .Input("totals: float")
    .Input("alphas: double")
    .Input("slopes: float")
    .Output("gradient: float")
    .Attr("blank: int = -1")
    .SetShapeFn(InferShapeOfFirst<4>)
    .Doc(R"doc(
The derivative of sum(slopes * losses) of TransducerLoss by the logits, in the logits' memory where nobody else needs
them.

logits, labels, frames, label_lengths, blank: as those were.
totals, alphas: as it gave them.
slopes: [batch].
gradient: [batch, time, longest + 1, classes]; 0 outside of the lengths, and for an utterance whose loss is infinite.
)doc");

// The inputs that both ops have, when they have been checked.
class Batch {
 public:
  Batch(OpKernelContext* context, int32_t blank)
      : logits_(context->input(0)),
        labels_(context->input(1)),
        frames_(context->input(2)),
        lengths_(context->input(3)),
        blank_(blank) {}

  // Error: kInvalidArgument unless the shapes fit and lengths and labels are in their ranges. It
  // resolves a negative blank.
  absl::Status Check() {
    const TensorShape rows({labels_.dim_size(0)});
    if (logits_.dims() != 4 || labels_.dims() != 2 || logits_.dim_size(0) != labels_.dim_size(0) ||
        logits_.dim_size(2) != labels_.dim_size(1) + 1 || frames_.shape() != rows ||
        lengths_.shape() != rows) {
      return absl::InvalidArgumentError(absl::StrCat(
          "TransducerLoss: logits have shape ", logits_.shape().DebugString(), ", labels ",
          labels_.shape().DebugString(), ", frames ", frames_.shape().DebugString(),
          " and label_lengths ", lengths_.shape().DebugString(),
          "; expected [batch, time, longest + 1, classes], [batch, longest], [batch] and [batch]"));
    }
    const int64_t classes = logits_.dim_size(3);
    if (blank_ < -classes || blank_ >= classes) {
      return absl::InvalidArgumentError(absl::StrCat("TransducerLoss: blank is ", blank_,
                                                     ", but there are ", classes, " classes"));
    }
    if (blank_ < 0) blank_ += classes;
    for (int64_t row = 0; row < size(); ++row) FRAZO_RETURN_IF_ERROR(CheckRow(row));
    return absl::OkStatus();
  }

  int64_t size() const { return logits_.dim_size(0); }

  // The number of nodes of an utterance, with those outside of the lengths.
  int64_t nodes() const { return logits_.dim_size(1) * logits_.dim_size(2); }

  // The lattice of an utterance.
  loss::TransducerLattice Lattice(int64_t row) const {
    const int64_t longest = labels_.dim_size(1), classes = logits_.dim_size(3);
    return {logits_.flat<float>().data() + row * nodes() * classes,
            classes,
            blank_,
            labels_.flat<int32_t>().data() + row * longest,
            lengths_.vec<int32_t>()(row),
            longest + 1,
            frames_.vec<int32_t>()(row),
            logits_.dim_size(1)};
  }

  // Calls work(row) for all rows, in the threads of the device.
  template <typename Work>
  void ForEachRow(OpKernelContext* context, Work work) const {
    const int64_t cycles = nodes() * (logits_.dim_size(3) + kNodeCycles) + 1;
    DeviceThreads(context)->ParallelFor(size(),
                                        tsl::thread::ThreadPool::SchedulingParams::Adaptive(cycles),
                                        [&](int64_t begin, int64_t end) {
                                          for (int64_t row = begin; row < end; ++row) work(row);
                                        });
  }

 private:
  // About what a node costs beside its logits.
  static constexpr int64_t kNodeCycles = 200;

  absl::Status CheckRow(int64_t row) const {
    FRAZO_RETURN_IF_ERROR(CheckLength("frames", frames_, row, logits_.dim_size(1)));
    FRAZO_RETURN_IF_ERROR(CheckLength("label_lengths", lengths_, row, labels_.dim_size(1)));
    const auto labels = labels_.matrix<int32_t>();
    const int64_t classes = logits_.dim_size(3);
    for (int64_t u = 0; u < lengths_.vec<int32_t>()(row); ++u) {
      const int32_t label = labels(row, u);
      if (label >= 0 && label < classes && label != blank_) continue;
      return absl::InvalidArgumentError(absl::StrCat("TransducerLoss: label ", u, " of row ", row,
                                                     " is ", label, "; expected 0 .. ", classes - 1,
                                                     " without the blank ", blank_));
    }
    return absl::OkStatus();
  }

  static absl::Status CheckLength(const char* name, const Tensor& lengths, int64_t row,
                                  int64_t most) {
    const int32_t length = lengths.vec<int32_t>()(row);
    if (length >= 0 && length <= most) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("TransducerLoss: ", name, " of row ", row,
                                                   " is ", length, "; expected 0 .. ", most));
  }

  const Tensor& logits_;
  const Tensor& labels_;
  const Tensor& frames_;
  const Tensor& lengths_;
  int32_t blank_;
};

class TransducerLossOp final : public OpKernel {
 public:
  explicit TransducerLossOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("blank", &blank_));
  }

  void Compute(OpKernelContext* context) override {
    Batch batch(context, blank_);
    OP_REQUIRES_OK(context, batch.Check());
    TensorShape nodes = context->input(0).shape();
    nodes.RemoveLastDims(1);
    TensorShape pairs = nodes;
    pairs.AddDim(2);
    Tensor* losses = nullptr;
    Tensor* totals = nullptr;
    Tensor* alphas = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, context->input(2).shape(), &losses));
    OP_REQUIRES_OK(context, context->allocate_output(1, pairs, &totals));
    OP_REQUIRES_OK(context, context->allocate_output(2, nodes, &alphas));
    auto of_rows = losses->vec<float>();
    auto* of_nodes = reinterpret_cast<loss::RowTotal*>(totals->flat<float>().data());
    double* log_probabilities = alphas->flat<double>().data();
    batch.ForEachRow(context, [&](int64_t row) {
      const int64_t first = row * batch.nodes();
      of_rows(row) =
          static_cast<float>(batch.Lattice(row).Loss(of_nodes + first, log_probabilities + first));
    });
  }

 private:
  int32_t blank_;
};

class TransducerLossGradientOp final : public OpKernel {
 public:
  explicit TransducerLossGradientOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("blank", &blank_));
  }

  void Compute(OpKernelContext* context) override {
    Batch batch(context, blank_);
    OP_REQUIRES_OK(context, batch.Check());
    const Tensor& totals = context->input(4);
    const Tensor& alphas = context->input(5);
    const Tensor& slopes = context->input(6);
    const int64_t nodes = batch.size() * batch.nodes();
    OP_REQUIRES(
        context,
        totals.NumElements() == 2 * nodes && alphas.NumElements() == nodes &&
            slopes.shape() == context->input(2).shape(),
        absl::InvalidArgumentError(absl::StrCat(
            "TransducerLossGradient: totals have shape ", totals.shape().DebugString(), ", alphas ",
            alphas.shape().DebugString(), " and slopes ", slopes.shape().DebugString(),
            "; expected those of TransducerLoss and [batch] for logits ",
            context->input(0).shape().DebugString())));
    const int64_t classes = context->input(0).dim_size(3);
    Tensor* gradient = nullptr;
    OP_REQUIRES_OK(context, context->forward_input_or_allocate_output(
                                {0}, 0, context->input(0).shape(), &gradient));
    const auto* of_nodes = reinterpret_cast<const loss::RowTotal*>(totals.flat<float>().data());
    const double* log_probabilities = alphas.flat<double>().data();
    const auto of_rows = slopes.vec<float>();
    float* of_logits = gradient->flat<float>().data();
    batch.ForEachRow(context, [&](int64_t row) {
      const int64_t first = row * batch.nodes();
      batch.Lattice(row).Gradient(of_rows(row), of_nodes + first, log_probabilities + first,
                                  of_logits + first * classes);
    });
  }

 private:
  int32_t blank_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>TransducerLoss").Device(tensorflow::DEVICE_CPU),
                        TransducerLossOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>TransducerLossGradient").Device(tensorflow::DEVICE_CPU),
                        TransducerLossGradientOp);

}  // namespace
}  // namespace frazo::ops
