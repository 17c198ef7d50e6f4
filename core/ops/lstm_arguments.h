#ifndef FRAZO_CORE_OPS_LSTM_ARGUMENTS_H_
#define FRAZO_CORE_OPS_LSTM_ARGUMENTS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/kernels/lstm/recurrence.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {

// Reads the attributes that all LSTM ops have.
absl::StatusOr<lstm::Settings> ReadLstmSettings(tensorflow::OpKernelConstruction* context);

// The inputs that all LSTM ops have, unpacked. An empty input is null.
struct LstmArguments {
  lstm::Shape shape;
  const float* kernel;
  const float* projection;
  lstm::NormWeights norm;
  lstm::Places places;
};

// Reads the inputs from `kernel` to `mask` of an op whose gates are [batch, time, 4 units].
// InvalidArgument names the input that does not fit.
absl::StatusOr<LstmArguments> ReadLstmArguments(tensorflow::OpKernelContext* context,
                                                const tensorflow::Tensor& gates, int first_input);

// Reads the starts into the arguments.
absl::Status ReadLstmStarts(const tensorflow::Tensor& starts, LstmArguments* arguments);

// Returns InvalidArgument unless the tensor has this shape.
absl::Status CheckLstmShape(const char* name, const tensorflow::Tensor& tensor,
                            const tensorflow::TensorShape& expected);

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_LSTM_ARGUMENTS_H_
