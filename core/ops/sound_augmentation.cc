#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/audio/resampler.h"
#include "core/audio/spectrum_masks.h"
#include "core/audio/white_noise.h"
#include "core/numeric/random.h"
#include "core/ops/checked_rows.h"
#include "core/ops/padded_rows.h"
#include "frazo/proto/spec_augment.pb.h"
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
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

// Input 0 has the rank, the others are vectors; all have the batch as their first dimension.
absl::Status InferBatch(InferenceContext* context, int rank, ShapeHandle* rows,
                        DimensionHandle* batch) {
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), rank, rows));
  *batch = context->Dim(*rows, 0);
  for (int i = 1; i < context->num_inputs(); ++i) {
    ShapeHandle vector;
    TF_RETURN_IF_ERROR(context->WithRank(context->input(i), 1, &vector));
    TF_RETURN_IF_ERROR(context->Merge(*batch, context->Dim(vector, 0), batch));
  }
  return absl::OkStatus();
}

absl::Status InferPerturbed(InferenceContext* context) {
  ShapeHandle rows;
  DimensionHandle batch;
  TF_RETURN_IF_ERROR(InferBatch(context, 2, &rows, &batch));
  context->set_output(0, context->Matrix(batch, context->UnknownDim()));
  context->set_output(1, context->Vector(batch));
  return absl::OkStatus();
}

template <int kRank>
absl::Status InferChanged(InferenceContext* context) {
  ShapeHandle rows;
  DimensionHandle batch;
  TF_RETURN_IF_ERROR(InferBatch(context, kRank, &rows, &batch));
  TF_RETURN_IF_ERROR(context->ReplaceDim(rows, 0, batch, &rows));
  context->set_output(0, rows);
  return absl::OkStatus();
}

REGISTER_OP("Frazo>SpeedPerturb")
    .Input("samples: float")
    .Input("lengths: int32")
    .Input("factors: float")
    .Output("perturbed: float")
    .Output("perturbed_lengths: int32")
    .SetShapeFn(InferPerturbed)
    .Doc(R"doc(
Plays sounds at other speeds, with tempo and pitch together (Ko et al. 2015): n samples become ceil(n / factor).

InvalidArgument for a length that is not in 0 .. N, a factor that is not in 0.1 .. 10, or shapes that do not fit.

samples: [B, N]
lengths: [B] samples of each.
factors: [B] at 1.1 a sound is shorter and higher.
perturbed: [B, longest] 0 behind the last of each.
perturbed_lengths: [B] samples of each.
)doc");

REGISTER_OP("Frazo>AddNoise")
    .Input("samples: float")
    .Input("lengths: int32")
    .Input("snr_db: float")
    .Input("seeds: int64")
    .Output("noisy: float")
    .SetShapeFn(InferChanged<2>)
    .Doc(R"doc(
Adds white Gaussian noise to sounds. It is a function of the seed. Silence gets none.

InvalidArgument for a length that is not in 0 .. N, a ratio that is not in -100 .. 100, or shapes that do not fit.

samples: [B, N]
lengths: [B] samples of each; those behind stay as they are.
snr_db: [B] the ratio of the mean square of the samples to the variance of the noise, in decibels.
seeds: [B]
noisy: [B, N] they may leave [-1, 1].
)doc");

REGISTER_OP("Frazo>SpecAugment")
    .Input("features: float")
    .Input("frames: int32")
    .Input("seeds: int64")
    .Attr("config: string")
    .Output("masked: float")
    .SetShapeFn(InferChanged<3>)
    .Doc(R"doc(
Sets bands and spans of frames to zero, as the message frazo.SpecAugment says. They are a function of the seed.

InvalidArgument for a field that is out of its range, a number of frames that is not in 0 .. T, no values in a frame, or
shapes that do not fit.

features: [B, T, values of a frame]
frames: [B] frames of each; those behind stay as they are.
seeds: [B]
config: a serialized frazo.SpecAugment.
masked: [B, T, values of a frame]
)doc");

// Checks that input 0 has the rank and that the others are vectors of its first dimension.
absl::Status CheckShapes(OpKernelContext* context, int rank, std::string_view expected) {
  const Tensor& rows = context->input(0);
  bool fits = rows.dims() == rank;
  for (int i = 1; i < context->num_inputs(); ++i) {
    const Tensor& vector = context->input(i);
    fits = fits && vector.dims() == 1 && vector.dim_size(0) == rows.dim_size(0);
  }
  if (fits) return absl::OkStatus();
  std::string found;
  for (int i = 0; i < context->num_inputs(); ++i) {
    absl::StrAppend(&found, i == 0 ? "" : ", ", context->input(i).shape().DebugString());
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the inputs have the shapes ", found, "; expected ", expected));
}

// Sets output 0 to input 0, of which `change(row, values)` changes what lies within the lengths of
// input 1. `input` is the name of input 0; `cost` is that of a value in cycles.
template <typename Change>
absl::Status ChangeRows(OpKernelContext* context, std::string_view input, int64_t cost,
                        const Change& change) {
  const Tensor rows = context->input(0);
  Tensor* changed = nullptr;
  const absl::Status status = context->allocate_output(0, rows.shape(), &changed);
  if (!status.ok()) return status;
  std::copy_n(rows.flat<float>().data(), rows.NumElements(), changed->flat<float>().data());
  const int64_t longest = rows.dim_size(1);
  const int64_t width = rows.dims() == 2 ? 1 : rows.dim_size(2);
  const int64_t row_size = longest * width;
  return ForEachRow(context, input, rows.dim_size(0), cost * row_size, [&](int64_t row) {
    const auto length = LengthOfRow(context->input(1), row, longest);
    if (!length.ok()) return length.status();
    float* const begin = changed->flat<float>().data() + row * row_size;
    return change(row, absl::MakeSpan(begin, *length * width));
  });
}

numeric::Random RandomOf(const Tensor& seeds, int64_t row) {
  return numeric::Random({static_cast<uint64_t>(seeds.vec<int64_t>()(row))});
}

class SpeedPerturbOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    constexpr int64_t kCostOfSample = 100;
    OP_REQUIRES_OK(context, CheckShapes(context, 2, "[B, N], [B] and [B]"));
    const Tensor& samples = context->input(0);
    std::vector<std::vector<float>> rows(samples.dim_size(0));
    const int64_t longest = samples.dim_size(1);
    const int64_t cost = kCostOfSample * longest;
    OP_REQUIRES_OK(context, ForEachRow(context, "samples", rows.size(), cost, [&](int64_t row) {
                     const auto length = LengthOfRow(context->input(1), row, longest);
                     if (!length.ok()) return length.status();
                     const float* const begin = samples.flat<float>().data() + row * longest;
                     return audio::PerturbSpeed({begin, static_cast<size_t>(*length)},
                                                context->input(2).vec<float>()(row), &rows[row]);
                   }));
    OP_REQUIRES_OK(context, SetRows(context, rows, 1, {}));
  }
};

class AddNoiseOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    constexpr int64_t kCostOfSample = 50;
    OP_REQUIRES_OK(context, CheckShapes(context, 2, "[B, N], [B], [B] and [B]"));
    OP_REQUIRES_OK(
        context,
        ChangeRows(context, "samples", kCostOfSample, [&](int64_t row, absl::Span<float> samples) {
          numeric::Random random = RandomOf(context->input(3), row);
          return audio::AddNoise(context->input(2).vec<float>()(row), &random, samples);
        }));
  }
};

class SpecAugmentOp final : public OpKernel {
 public:
  explicit SpecAugmentOp(OpKernelConstruction* context) : OpKernel(context) {
    std::string serialized;
    OP_REQUIRES_OK(context, context->GetAttr("config", &serialized));
    OP_REQUIRES(context, config_.ParseFromString(serialized),
                absl::InvalidArgumentError("config: no serialized frazo.SpecAugment"));
    OP_REQUIRES_OK(context, audio::CheckSpecAugment("config", config_));
  }

  void Compute(OpKernelContext* context) override {
    OP_REQUIRES_OK(context, CheckShapes(context, 3, "[B, T, values of a frame], [B] and [B]"));
    const int64_t frame_size = context->input(0).dim_size(2);
    OP_REQUIRES(context, frame_size > 0,
                absl::InvalidArgumentError("features: a frame has no values"));
    OP_REQUIRES_OK(context,
                   ChangeRows(context, "features", 1, [&](int64_t row, absl::Span<float> features) {
                     numeric::Random random = RandomOf(context->input(2), row);
                     audio::MaskSpectrum(config_, frame_size, &random, features);
                     return absl::OkStatus();
                   }));
  }

 private:
  SpecAugment config_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>SpeedPerturb").Device(tensorflow::DEVICE_CPU), SpeedPerturbOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>AddNoise").Device(tensorflow::DEVICE_CPU), AddNoiseOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>SpecAugment").Device(tensorflow::DEVICE_CPU), SpecAugmentOp);

}  // namespace
}  // namespace frazo::ops
