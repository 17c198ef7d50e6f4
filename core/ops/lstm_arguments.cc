#include "core/ops/lstm_arguments.h"

#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::ops {

using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;

namespace {

// Returns the values of an optional input; an empty tensor of the same rank stands for a missing
// one.
template <typename Value>
absl::StatusOr<const Value*> ReadOptional(const char* name, const Tensor& tensor,
                                          const TensorShape& expected) {
  // If the batch is empty, both are empty.
  if (tensor.dims() == expected.dims() && tensor.NumElements() == 0) return nullptr;
  FRAZO_RETURN_IF_ERROR(CheckLstmShape(name, tensor, expected));
  return tensor.flat<Value>().data();
}

absl::StatusOr<lstm::Shape> ReadShape(const Tensor& gates, const Tensor& kernel,
                                      const Tensor& projection) {
  if (gates.dims() != 3 || gates.dim_size(2) % lstm::kGates != 0 || gates.dim_size(2) == 0) {
    return absl::InvalidArgumentError(absl::StrCat("LstmSequence: gates has shape ",
                                                   gates.shape().DebugString(),
                                                   "; expected [batch, time, 4 units]"));
  }
  lstm::Shape shape = {gates.dim_size(0), gates.dim_size(1), gates.dim_size(2) / lstm::kGates, 0};
  const int64_t width = gates.dim_size(2);
  if (kernel.dims() != 2 || kernel.dim_size(0) == 0 || kernel.dim_size(1) != width) {
    return absl::InvalidArgumentError(absl::StrCat("LstmSequence: kernel has shape ",
                                                   kernel.shape().DebugString(),
                                                   "; expected [size, 4 units = ", width, "]"));
  }
  shape.size = kernel.dim_size(0);
  if (projection.NumElements() == 0 && shape.size != shape.units) {
    return absl::InvalidArgumentError(absl::StrCat(
        "LstmSequence: kernel has shape ", kernel.shape().DebugString(),
        ", but without a projection its first dimension is that of the cell: ", shape.units));
  }
  return shape;
}

}  // namespace

absl::StatusOr<lstm::Settings> ReadLstmSettings(OpKernelConstruction* context) {
  lstm::Settings settings;
  FRAZO_RETURN_IF_ERROR(context->GetAttr("layer_norm_epsilon", &settings.layer_norm_epsilon));
  FRAZO_RETURN_IF_ERROR(context->GetAttr("cell_clip", &settings.cell_clip));
  FRAZO_RETURN_IF_ERROR(context->GetAttr("output_tanh", &settings.output_tanh));
  if (!(settings.layer_norm_epsilon > 0) || !std::isfinite(settings.layer_norm_epsilon)) {
    return absl::InvalidArgumentError(absl::StrCat("LstmSequence: layer_norm_epsilon is ",
                                                   settings.layer_norm_epsilon, "; expected > 0"));
  }
  if (!(settings.cell_clip >= 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("LstmSequence: cell_clip is ", settings.cell_clip, "; expected >= 0"));
  }
  return settings;
}

absl::StatusOr<LstmArguments> ReadLstmArguments(OpKernelContext* context, const Tensor& gates,
                                                int first_input) {
  int input = first_input;
  const Tensor& kernel = context->input(input++);
  const Tensor& projection = context->input(input++);
  LstmArguments arguments;
  FRAZO_ASSIGN_OR_RETURN(arguments.shape, ReadShape(gates, kernel, projection));
  const auto [batch, time, units, size] = arguments.shape;
  arguments.kernel = kernel.flat<float>().data();
  FRAZO_ASSIGN_OR_RETURN(arguments.projection,
                         ReadOptional<float>("projection", projection, TensorShape({units, size})));
  const TensorShape of_gates({lstm::kGates * units});
  FRAZO_ASSIGN_OR_RETURN(arguments.norm.scale,
                         ReadOptional<float>("scale", context->input(input++), of_gates));
  FRAZO_ASSIGN_OR_RETURN(arguments.norm.bias,
                         ReadOptional<float>("bias", context->input(input++), of_gates));
  if ((arguments.norm.scale == nullptr) != (arguments.norm.bias == nullptr)) {
    return absl::InvalidArgumentError(
        "LstmSequence: of scale and bias one is empty; expected both or none of a layer norm");
  }
  FRAZO_ASSIGN_OR_RETURN(arguments.places.cell_zoneout,
                         ReadOptional<float>("cell_zoneout", context->input(input++),
                                             TensorShape({batch, time, units})));
  FRAZO_ASSIGN_OR_RETURN(arguments.places.output_zoneout,
                         ReadOptional<float>("output_zoneout", context->input(input++),
                                             TensorShape({batch, time, size})));
  const Tensor& mask = context->input(input);
  const TensorShape of_places({batch, time});
  FRAZO_RETURN_IF_ERROR(CheckLstmShape("mask", mask, of_places));
  arguments.places.mask = mask.flat<bool>().data();
  return arguments;
}

absl::Status ReadLstmStarts(const Tensor& starts, LstmArguments* arguments) {
  const TensorShape of_places({arguments->shape.batch, arguments->shape.time});
  FRAZO_ASSIGN_OR_RETURN(arguments->places.starts, ReadOptional<bool>("starts", starts, of_places));
  return absl::OkStatus();
}

absl::Status CheckLstmShape(const char* name, const Tensor& tensor, const TensorShape& expected) {
  if (tensor.shape() == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("LstmSequence: ", name, " has shape ",
                                                 tensor.shape().DebugString(), "; expected ",
                                                 expected.DebugString()));
}

}  // namespace frazo::ops
