#ifndef FRAZO_CORE_OPS_LSTM_PASS_H_
#define FRAZO_CORE_OPS_LSTM_PASS_H_

#include <cstdint>
#include <initializer_list>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/lstm/backward.h"
#include "core/kernels/lstm/recurrence.h"
#include "core/kernels/lstm/step_team.h"
#include "core/ops/lstm_arguments.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"

namespace frazo::ops {

// A kernel of an LSTM op: it reads the attributes that all of them have, and `reverse` where the op
// has that.
class LstmOp : public tensorflow::OpKernel {
 public:
  explicit LstmOp(tensorflow::OpKernelConstruction* context);

  void Compute(tensorflow::OpKernelContext* context) final;

 protected:
  const lstm::Settings& settings() const { return settings_; }

 private:
  virtual absl::Status Run(tensorflow::OpKernelContext* context) const = 0;

  lstm::Settings settings_;
};

// Runs a pass of a recurrence with as many threads as its steps can use.
void RunLstmPass(tensorflow::OpKernelContext* context, const lstm::Shape& shape,
                 absl::FunctionRef<void(lstm::StepTeam*)> pass);

// Packs a matrix into new memory.
absl::StatusOr<gemm::PackedMatrix> PackForSteps(tensorflow::OpKernelContext* context,
                                                const gemm::MatrixToPack& matrix,
                                                tensorflow::Tensor* memory);

// Allocates an output. If it has no meaning, it is empty and the result is null.
absl::StatusOr<float*> AllocateLstmOutput(tensorflow::OpKernelContext* context, int index,
                                          const tensorflow::TensorShape& shape, bool has_meaning);

// Allocates the outputs trace_gates, in the memory of input 0 if nothing else needs that,
// inverse_deviations, cells_before and outputs_before.
absl::StatusOr<lstm::Trace<float>> AllocateLstmTrace(tensorflow::OpKernelContext* context,
                                                     const LstmArguments& arguments,
                                                     int first_output);

// Reads the inputs trace_gates, inverse_deviations and cells_before.
absl::StatusOr<lstm::Trace<const float>> ReadLstmTrace(tensorflow::OpKernelContext* context,
                                                       const LstmArguments& arguments,
                                                       int first_input);

// Allocates the outputs from gates_gradient to projected_gradient, which are the first ones.
absl::StatusOr<lstm::BackwardResults> AllocateLstmGradients(tensorflow::OpKernelContext* context,
                                                            const LstmArguments& arguments);

// Checks the ranks of an op's inputs when a graph is built.
absl::Status CheckRanks(tensorflow::shape_inference::InferenceContext* context,
                        std::initializer_list<int> ranks);

// Returns `shape`, or an empty shape if the input that it depends on is empty. It may be unknown
// whether it is.
tensorflow::shape_inference::ShapeHandle InferOptional(
    tensorflow::shape_inference::InferenceContext* context, int input,
    const tensorflow::shape_inference::ShapeHandle& shape);

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_LSTM_PASS_H_
