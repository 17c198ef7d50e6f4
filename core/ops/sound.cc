#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/audio/log_mel_frontend.h"
#include "core/audio/sound_decoder.h"
#include "core/ops/checked_rows.h"
#include "core/ops/padded_rows.h"
#include "frazo/proto/log_mel.pb.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/platform/tstring.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::tstring;
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status InferDecode(InferenceContext* context) {
  ShapeHandle contents;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 1, &contents));
  context->set_output(0, context->Matrix(context->Dim(contents, 0), context->UnknownDim()));
  context->set_output(1, contents);
  return absl::OkStatus();
}

absl::Status InferLogMel(InferenceContext* context) {
  ShapeHandle samples, lengths;
  DimensionHandle batch;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &samples));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &lengths));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(samples, 0), context->Dim(lengths, 0), &batch));
  std::string serialized;
  TF_RETURN_IF_ERROR(context->GetAttr("config", &serialized));
  LogMel config;
  if (!config.ParseFromString(serialized)) {
    return absl::InvalidArgumentError("config: no serialized frazo.LogMel");
  }
  const int64_t joined = int64_t{1} + config.left_frames() + config.right_frames();
  context->set_output(0, context->MakeShape({batch, context->UnknownDim(),
                                             context->MakeDim(config.num_bins() * joined)}));
  context->set_output(1, context->Vector(batch));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>DecodeSounds")
    .Input("contents: string")
    .Attr("sample_rate: int >= 1 = 16000")
    .Attr("max_seconds: float = 3600")
    .Output("samples: float")
    .Output("lengths: int32")
    .SetShapeFn(InferDecode)
    .Doc(R"doc(
From the contents of sound files to samples in [-1, 1]: FLAC, WAV, Ogg, MP3. Channels are averaged.

InvalidArgument for bytes that are no sound, or a sound that is damaged, ends early or is too long; the
message names the row.

contents: [B]
sample_rate: of the samples, in Hz; other sounds are resampled.
max_seconds: > 0, a longer sound is an error.
samples: [B, longest] 0 behind the last of each.
lengths: [B] samples of each.
)doc");

REGISTER_OP("Frazo>LogMel")
    .Input("samples: float")
    .Input("lengths: int32")
    .Attr("config: string")
    .Output("features: float")
    .Output("frames: int32")
    .SetShapeFn(InferLogMel)
    .Doc(R"doc(
From samples to log-mel features, as the message frazo.LogMel defines them.

InvalidArgument for a message that contradicts itself, a length that is not in 0 .. N, or shapes that do not
fit.

samples: [B, N] in [-1, 1]
lengths: [B] samples of each.
config: a serialized frazo.LogMel.
features: [B, longest, values of a frame] 0 behind the last frame of each.
frames: [B] frames of each.
)doc");

class DecodeSoundsOp final : public OpKernel {
 public:
  explicit DecodeSoundsOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("sample_rate", &target_.sample_rate));
    float max_seconds = 0;
    OP_REQUIRES_OK(context, context->GetAttr("max_seconds", &max_seconds));
    OP_REQUIRES(context, max_seconds > 0,
                absl::InvalidArgumentError(
                    absl::StrCat("max_seconds: ", max_seconds, "; expected a number above 0")));
    target_.max_seconds = max_seconds;
  }

  void Compute(OpKernelContext* context) override {
    constexpr int64_t kCostOfSound = 10'000'000;
    const Tensor& contents = context->input(0);
    OP_REQUIRES(
        context, contents.dims() == 1,
        absl::InvalidArgumentError(absl::StrCat("contents: shape ", contents.shape().DebugString(),
                                                "; expected one dimension")));
    std::vector<std::vector<float>> rows(contents.NumElements());
    OP_REQUIRES_OK(context,
                   ForEachRow(context, "contents", rows.size(), kCostOfSound, [&](int64_t row) {
                     return audio::DecodeSound(contents.vec<tstring>()(row), target_, &rows[row]);
                   }));
    OP_REQUIRES_OK(context, SetRows(context, rows, 1, {}));
  }

 private:
  audio::SoundTarget target_;
};

class LogMelOp final : public OpKernel {
 public:
  explicit LogMelOp(OpKernelConstruction* context) : OpKernel(context) {
    std::string serialized;
    OP_REQUIRES_OK(context, context->GetAttr("config", &serialized));
    LogMel config;
    OP_REQUIRES(context, config.ParseFromString(serialized),
                absl::InvalidArgumentError("config: no serialized frazo.LogMel"));
    auto frontend = audio::LogMelFrontend::Create("config", config);
    OP_REQUIRES_OK(context, frontend.status());
    frontend_ = *std::move(frontend);
  }

  void Compute(OpKernelContext* context) override {
    constexpr int64_t kCostOfSample = 100;
    const Tensor& samples = context->input(0);
    const Tensor& lengths = context->input(1);
    OP_REQUIRES(
        context,
        samples.dims() == 2 && lengths.dims() == 1 && samples.dim_size(0) == lengths.dim_size(0),
        absl::InvalidArgumentError(absl::StrCat("samples: shape ", samples.shape().DebugString(),
                                                ", lengths: shape ", lengths.shape().DebugString(),
                                                "; expected [B, N] and [B]")));
    const int64_t longest = samples.dim_size(1);
    std::vector<std::vector<float>> rows(lengths.NumElements());
    OP_REQUIRES_OK(
        context,
        ForEachRow(context, "samples", rows.size(), kCostOfSample * longest, [&](int64_t row) {
          const auto length = LengthOfRow(lengths, row, longest);
          if (!length.ok()) return length.status();
          const float* const begin = samples.flat<float>().data() + row * longest;
          frontend_->Compute({begin, static_cast<size_t>(*length)}, &rows[row]);
          return absl::OkStatus();
        }));
    const int64_t width = frontend_->frame_size();
    OP_REQUIRES_OK(context, SetRows(context, rows, width, TensorShape({width})));
  }

 private:
  std::unique_ptr<const audio::LogMelFrontend> frontend_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>DecodeSounds").Device(tensorflow::DEVICE_CPU), DecodeSoundsOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>LogMel").Device(tensorflow::DEVICE_CPU), LogMelOp);

}  // namespace
}  // namespace frazo::ops
