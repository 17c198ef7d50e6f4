#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/decode/ctc/prefix_beam_search.h"
#include "core/ops/device_rows.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"

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

absl::Status InferBeamSearch(InferenceContext* context) {
  ShapeHandle frames, lengths;
  DimensionHandle batch;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 3, &frames));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &lengths));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(frames, 0), context->Dim(lengths, 0), &batch));
  int64_t n_best = 0;
  TF_RETURN_IF_ERROR(context->GetAttr("n_best", &n_best));
  const DimensionHandle best = context->MakeDim(n_best);
  context->set_output(0, context->MakeShape({batch, best, context->UnknownDim()}));
  context->set_output(1, context->Matrix(batch, best));
  context->set_output(2, context->Matrix(batch, best));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>CtcBeamSearch")
    .Input("log_probabilities: float")
    .Input("frames: int32")
    .Attr("width: int >= 1")
    .Attr("n_best: int >= 1 = 1")
    .Attr("token_gap: float")
    .Output("tokens: int32")
    .Output("lengths: int32")
    .Output("scores: float")
    .SetShapeFn(InferBeamSearch)
    .Doc(R"doc(
The most probable texts by connectionist temporal classification: a beam search for prefixes, each with the
sum over its alignments (Graves and Jaitly 2014).

Texts of equal scores: the shorter one first, of equally long ones the one whose first token that differs is
smaller. InvalidArgument for shapes that do not fit, a number of frames outside 0 .. T, and NaN or plus infinity
in a frame; the message names the utterance.

log_probabilities: [B, T, tokens + 1] natural logarithms; the last class is the blank.
frames: [B] frames of each utterance; what is behind them is not read.
width: prefixes that are kept after each frame.
n_best: texts per utterance, at most width.
token_gap: >= 0; a frame makes no new prefix with a token whose log-probability is lower than the frame's
  greatest by more than this. Infinity: every token makes prefixes.
tokens: [B, n_best, longest] 0 behind the last token.
lengths: [B, n_best]
scores: [B, n_best] the logarithm of the sum of the probabilities of a text's alignments that were met, best
  first; minus infinity, with a length of 0, where an utterance has fewer texts.
)doc");

class CtcBeamSearchOp final : public OpKernel {
 public:
  explicit CtcBeamSearchOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("width", &options_.width));
    OP_REQUIRES_OK(context, context->GetAttr("n_best", &options_.n_best));
    OP_REQUIRES_OK(context, context->GetAttr("token_gap", &options_.token_gap));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& log_probabilities = context->input(0);
    const Tensor& lengths = context->input(1);
    OP_REQUIRES(context,
                log_probabilities.dims() == 3 && lengths.dims() == 1 &&
                    log_probabilities.dim_size(0) == lengths.dim_size(0),
                absl::InvalidArgumentError(absl::StrCat(
                    "log_probabilities: shape ", log_probabilities.shape().DebugString(),
                    ", frames: shape ", lengths.shape().DebugString(),
                    "; expected [B, T, tokens + 1] and [B]")));
    decode::CtcFrames frames;
    frames.batch = log_probabilities.dim_size(0);
    frames.time = log_probabilities.dim_size(1);
    frames.classes = log_probabilities.dim_size(2);
    frames.log_probabilities = {log_probabilities.flat<float>().data(),
                                static_cast<size_t>(log_probabilities.NumElements())};
    frames.lengths = {lengths.flat<int32_t>().data(), static_cast<size_t>(lengths.NumElements())};
    DeviceRows threads(context);
    const auto texts = decode::CtcBeamSearch(frames, options_, &threads);
    OP_REQUIRES_OK(context, texts.status());
    const TensorShape hypotheses({frames.batch, options_.n_best});
    Set(context, 0, TensorShape({frames.batch, options_.n_best, texts->longest}), texts->tokens);
    Set(context, 1, hypotheses, texts->lengths);
    Set(context, 2, hypotheses, texts->scores);
  }

 private:
  template <typename Value>
  static void Set(OpKernelContext* context, int output, const TensorShape& shape,
                  const std::vector<Value>& values) {
    Tensor* tensor = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(output, shape, &tensor));
    std::copy(values.begin(), values.end(), tensor->flat<Value>().data());
  }

  decode::CtcBeamOptions options_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>CtcBeamSearch").Device(tensorflow::DEVICE_CPU),
                        CtcBeamSearchOp);

}  // namespace
}  // namespace frazo::ops
