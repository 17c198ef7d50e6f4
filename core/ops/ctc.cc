#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/decode/ctc/prefix_beam_search.h"
#include "core/decode/ctc/prefix_scores.h"
#include "core/ops/device_rows.h"
#include "core/status/status_macros.h"
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

absl::Status InferPrefixScores(InferenceContext* context) {
  ShapeHandle probabilities, unused, forward;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 3, &probabilities));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(4), 3, &forward));
  DimensionHandle rows = context->Dim(forward, 0);
  for (const int input : {1, 2, 3, 5}) {
    TF_RETURN_IF_ERROR(context->WithRank(context->input(input), 1, &unused));
    if (input != 1) TF_RETURN_IF_ERROR(context->Merge(rows, context->Dim(unused, 0), &rows));
  }
  DimensionHandle tokens;
  TF_RETURN_IF_ERROR(context->Subtract(context->Dim(probabilities, 2), 1, &tokens));
  context->set_output(0, context->Matrix(rows, tokens));
  context->set_output(1, context->MakeShape({rows, context->Dim(probabilities, 1), 2}));
  context->set_output(2, context->Vector(rows));
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

REGISTER_OP("Frazo>CtcPrefixScores")
    .Input("probabilities: float")
    .Input("frames: int32")
    .Input("row_sentences: int32")
    .Input("tokens: int32")
    .Input("forward: double")
    .Input("last: int32")
    .Attr("eos_id: int >= 0")
    .Output("scores: float")
    .Output("next_forward: double")
    .Output("next_last: int32")
    .SetShapeFn(InferPrefixScores)
    .Doc(R"doc(
What connectionist temporal classification says of the next token of hypotheses (Watanabe et al. 2017): a step
of a search whose scores come from elsewhere, too.

InvalidArgument for shapes that do not fit and for numbers outside their ranges; the message names the input and
the row.

probabilities: [B, T, tokens + 1] of each frame; the last class is the blank.
frames: [B] frames of each utterance.
row_sentences: [rows] the utterance of each hypothesis.
tokens: [rows] the token that extends each hypothesis. It is not read where last is -2.
forward: [rows, T, 2] the state before the token: for each frame the logarithms of the sums over the alignments
  up to it that end with the hypothesis' last token, and with a blank. Not read where last is -2.
last: [rows] the last token before; -1: there is none; -2: nothing is known yet: the step begins the empty
  hypothesis.
eos_id: the token that ends a text.
scores: [rows, tokens] the logarithm of the probability that a text which begins with the hypothesis has each
  token next; that of eos_id is that of its end. Minus infinity where no alignment is.
next_forward: [rows, T, 2] the state after the token.
next_last: [rows]
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

// `last` of a hypothesis that has not begun.
constexpr int32_t kNotBegun = -2;

class CtcPrefixScoresOp final : public OpKernel {
 public:
  explicit CtcPrefixScoresOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("eos_id", &eos_id_));
  }

  void Compute(OpKernelContext* context) override {
    OP_REQUIRES_OK(context, CheckShapes(context));
    const Tensor& probabilities = context->input(0);
    const int64_t time = probabilities.dim_size(1);
    const int64_t tokens = probabilities.dim_size(2) - 1;
    const int64_t rows = context->input(2).NumElements();
    OP_REQUIRES_OK(context, CheckRows(context, tokens));
    Tensor* scores = nullptr;
    Tensor* next_forward = nullptr;
    Tensor* next_last = nullptr;
    const TensorShape forward_shape({rows, time, 2});
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({rows, tokens}), &scores));
    OP_REQUIRES_OK(context, context->allocate_output(1, forward_shape, &next_forward));
    OP_REQUIRES_OK(context, context->allocate_output(2, TensorShape({rows}), &next_last));
    // What is behind an utterance's frames is not read, but it is somebody's tensor.
    next_forward->flat<double>().setZero();
    // Some logarithms for each frame, and a product for each of its tokens.
    const int64_t cycles = time * (500 + tokens);
    DeviceRows(context).Run(rows, cycles, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        next_last->vec<int32_t>()(row) =
            Step(context, row, scores->flat<float>().data() + row * tokens,
                 next_forward->flat<double>().data() + row * time * 2);
      }
    });
  }

 private:
  absl::Status CheckShapes(OpKernelContext* context) const {
    const TensorShape& probabilities = context->input(0).shape();
    const int64_t rows = context->input(2).NumElements();
    const bool fit =
        probabilities.dims() == 3 && probabilities.dim_size(2) > eos_id_ + 1 &&
        context->input(1).shape() == TensorShape({probabilities.dim_size(0)}) &&
        context->input(2).shape() == TensorShape({rows}) &&
        context->input(3).shape() == TensorShape({rows}) &&
        context->input(4).shape() == TensorShape({rows, probabilities.dim_size(1), 2}) &&
        context->input(5).shape() == TensorShape({rows});
    if (fit) return absl::OkStatus();
    std::string shapes;
    for (int input = 0; input < context->num_inputs(); ++input) {
      absl::StrAppend(&shapes, input == 0 ? "" : ", ", context->input(input).shape().DebugString());
    }
    return absl::InvalidArgumentError(
        absl::StrCat("probabilities, frames, row_sentences, tokens, forward, last: shapes ", shapes,
                     "; expected [B, T, tokens + 1] with token ", eos_id_,
                     ", [B], [rows], [rows], [rows, T, 2], [rows]"));
  }

  // Checks the numbers of the inputs.
  static absl::Status CheckRows(OpKernelContext* context, int64_t tokens) {
    const auto check = [&](int input, const char* name, int64_t least, int64_t most) {
      const auto values = context->input(input).vec<int32_t>();
      for (int64_t i = 0; i < values.size(); ++i) {
        const bool is_read = input != 3 || context->input(5).vec<int32_t>()(i) != kNotBegun;
        if (!is_read || (values(i) >= least && values(i) <= most)) continue;
        return absl::InvalidArgumentError(
            absl::StrCat(name, ", row ", i, ": ", values(i), "; expected ", least, " .. ", most));
      }
      return absl::OkStatus();
    };
    const TensorShape& shape = context->input(0).shape();
    FRAZO_RETURN_IF_ERROR(check(1, "frames", 0, shape.dim_size(1)));
    FRAZO_RETURN_IF_ERROR(check(2, "row_sentences", 0, shape.dim_size(0) - 1));
    FRAZO_RETURN_IF_ERROR(check(5, "last", kNotBegun, tokens - 1));
    return check(3, "tokens", 0, tokens - 1);
  }

  // Makes a step of a row. Returns its last token.
  int32_t Step(OpKernelContext* context, int64_t row, float* scores, double* next_forward) const {
    const Tensor& probabilities = context->input(0);
    const int64_t time = probabilities.dim_size(1);
    const int32_t sentence = context->input(2).vec<int32_t>()(row);
    decode::CtcUtterance utterance;
    utterance.classes = probabilities.dim_size(2);
    utterance.probabilities = {
        probabilities.flat<float>().data() + sentence * time * utterance.classes,
        static_cast<size_t>(context->input(1).vec<int32_t>()(sentence) * utterance.classes)};
    int32_t last = context->input(5).vec<int32_t>()(row);
    double log_prefix = 0;
    if (last == kNotBegun) {
      last = decode::kEmptyPrefix;
      decode::StartPrefix(utterance, next_forward);
    } else {
      const int32_t token = context->input(3).vec<int32_t>()(row);
      const double* const forward = context->input(4).flat<double>().data() + row * time * 2;
      log_prefix = decode::ExtendPrefix(utterance, forward, last, token, next_forward);
      last = token;
    }
    decode::ScoreNextTokens(utterance, next_forward, last, log_prefix,
                            static_cast<int32_t>(eos_id_), scores);
    return last;
  }

  int64_t eos_id_ = 0;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>CtcPrefixScores").Device(tensorflow::DEVICE_CPU),
                        CtcPrefixScoresOp);

}  // namespace
}  // namespace frazo::ops
