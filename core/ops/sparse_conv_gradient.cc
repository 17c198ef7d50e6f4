#include "core/kernels/conv/sparse_conv_gradient.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/conv/conv_shape.h"
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
  ShapeHandle input, filter, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 4, &input));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 4, &filter));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 4, &unused));
  context->set_output(0, input);
  context->set_output(1, filter);
  return absl::OkStatus();
}

REGISTER_OP("Frazo>SparseConv2DGradient")
    .Input("input: float")
    .Input("filter: float")
    .Input("output_gradient: float")
    .Output("input_gradient: float")
    .Output("filter_gradient: float")
    .Attr("stride: int >= 1")
    .Attr("padding: {'SAME', 'VALID'}")
    .SetShapeFn(InferShape)
    .Doc(R"doc(
Both gradients of a two-dimensional convolution, in time proportional to the nonzero elements of output_gradient.

Equals Conv2DBackpropInput and Conv2DBackpropFilter up to rounding. Behind max pooling and a rectifier nine in
ten elements are zero, and this takes a third of their time; where more than a third are nonzero, they are
faster. The result does not depend on the number of threads. InvalidArgument if the shapes do not belong to one
convolution.

input: [batch, height, width, channels].
filter: [kernel_height, kernel_width, channels, filters].
output_gradient: [batch, out_height, out_width, filters].
input_gradient: the shape of input.
filter_gradient: the shape of filter.
stride: step of the window in both directions, pixels.
padding: as in Conv2D.
)doc");

// The number of parts of a batch. It does not depend on the number of threads, so that the parts of
// the filter's gradient are always added in the same order.
constexpr int64_t kParts = 16;

// Sizes and padding along one dimension.
struct Extent {
  int64_t out;
  int64_t pad_before;
};

Extent WindowExtent(int64_t size, int64_t window, int64_t stride, bool same) {
  if (!same) return {size < window ? 0 : (size - window) / stride + 1, 0};
  const int64_t out = (size + stride - 1) / stride;
  return {out, std::max<int64_t>(0, (out - 1) * stride + window - size) / 2};
}

absl::StatusOr<conv::ConvShape> MakeShape(const TensorShape& input, const TensorShape& filter,
                                          const TensorShape& output, int64_t stride, bool same) {
  const auto mismatch = [&] {
    return absl::InvalidArgumentError(absl::StrCat(
        "SparseConv2DGradient: input ", input.DebugString(), ", filter ", filter.DebugString(),
        " and output_gradient ", output.DebugString(), " are not of one convolution with stride ",
        stride, " and ", same ? "SAME" : "VALID", " padding"));
  };
  if (input.dims() != 4 || filter.dims() != 4 || output.dims() != 4) return mismatch();
  if (filter.dim_size(0) < 1 || filter.dim_size(1) < 1) return mismatch();
  const Extent rows = WindowExtent(input.dim_size(1), filter.dim_size(0), stride, same);
  const Extent columns = WindowExtent(input.dim_size(2), filter.dim_size(1), stride, same);
  if (filter.dim_size(2) != input.dim_size(3) ||
      output != TensorShape({input.dim_size(0), rows.out, columns.out, filter.dim_size(3)})) {
    return mismatch();
  }
  conv::ConvShape shape;
  shape.height = input.dim_size(1);
  shape.width = input.dim_size(2);
  shape.channels = input.dim_size(3);
  shape.kernel_height = filter.dim_size(0);
  shape.kernel_width = filter.dim_size(1);
  shape.filters = filter.dim_size(3);
  shape.out_height = rows.out;
  shape.out_width = columns.out;
  shape.stride = stride;
  shape.pad_top = rows.pad_before;
  shape.pad_left = columns.pad_before;
  const double padded = static_cast<double>(shape.height + shape.kernel_height + stride) *
                        (shape.width + shape.kernel_width + stride) * shape.channels;
  if (std::max<double>(padded, conv::PackedSize(shape)) > std::numeric_limits<int32_t>::max()) {
    return absl::InvalidArgumentError(
        absl::StrCat("SparseConv2DGradient: an image ", input.DebugString(), " or filter ",
                     filter.DebugString(), " of 2^31 values or more is too large"));
  }
  return shape;
}

class SparseConv2DGradientOp final : public OpKernel {
 public:
  explicit SparseConv2DGradientOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("stride", &stride_));
    std::string padding;
    OP_REQUIRES_OK(context, context->GetAttr("padding", &padding));
    same_ = padding == "SAME";
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& input = context->input(0);
    const Tensor& filter = context->input(1);
    const Tensor& output_gradient = context->input(2);
    const absl::StatusOr<conv::ConvShape> shape =
        MakeShape(input.shape(), filter.shape(), output_gradient.shape(), stride_, same_);
    OP_REQUIRES_OK(context, shape.status());
    Tensor* input_gradient = nullptr;
    Tensor* filter_gradient = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, input.shape(), &input_gradient));
    OP_REQUIRES_OK(context, context->allocate_output(1, filter.shape(), &filter_gradient));

    const int64_t size = conv::PackedSize(*shape);
    std::vector<float> packed(size);
    conv::PackFilter(*shape, filter.flat<float>().data(), packed.data());
    const int64_t batch = input.dim_size(0);
    const int64_t pixels = shape->height * shape->width * shape->channels;
    const int64_t outputs = shape->out_height * shape->out_width * shape->filters;
    std::vector<float> partial(kParts * size);
    const auto work = [&](int64_t begin, int64_t end) {
      conv::SparseConvGradient gradient(*shape, packed.data());
      for (int64_t part = begin; part < end; ++part) {
        for (int64_t i = part * batch / kParts; i < (part + 1) * batch / kParts; ++i) {
          gradient.SetOutputGradient(output_gradient.flat<float>().data() + i * outputs);
          gradient.AddToFilter(input.flat<float>().data() + i * pixels, &partial[part * size]);
          gradient.Input(input_gradient->flat<float>().data() + i * pixels);
        }
      }
    };
    // The estimated cycles of a part: an eighth of its multiplications.
    const int64_t cost = (batch / kParts + 1) * outputs * shape->kernel_height *
                         shape->kernel_width * shape->channels / 8;
    const auto scheduling = ThreadPool::SchedulingParams::Adaptive(cost);
    context->device()->tensorflow_cpu_worker_threads()->workers->ParallelFor(kParts, scheduling,
                                                                             work);

    for (int64_t part = 1; part < kParts; ++part) {
      for (int64_t i = 0; i < size; ++i) partial[i] += partial[part * size + i];
    }
    conv::UnpackFilter(*shape, partial.data(), filter_gradient->flat<float>().data());
  }

 private:
  int64_t stride_;
  bool same_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>SparseConv2DGradient").Device(tensorflow::DEVICE_CPU),
                        SparseConv2DGradientOp);

}  // namespace

}  // namespace frazo::ops
