#ifndef FRAZO_CORE_KERNELS_LSTM_BACKWARD_H_
#define FRAZO_CORE_KERNELS_LSTM_BACKWARD_H_

#include <cstdint>
#include <vector>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/lstm/recurrence.h"
#include "core/kernels/lstm/step_product.h"
#include "core/kernels/lstm/step_team.h"

namespace frazo::lstm {

struct BackwardInputs {
  // [batch, time, size]: the gradient of Forward's output.
  const float* output_gradient;
  // The transposed kernel: [4 units, size].
  gemm::PackedMatrix kernel;
  // The transposed projection: [size, units]; panels is null without projection.
  gemm::PackedMatrix projection;
  NormWeights norm;
  Places places;
  Trace<const float> trace;
};

// The outputs of Backward. They are zero where there is no token.
struct BackwardResults {
  // [batch, time, 4 units]: the gradient of Forward's gates. The gradient of the kernel is
  // outputs_before^T times this.
  float* gates;
  // [4 units] each: the gradients of the layer norm's scale and bias; null without layer norm.
  float* scale;
  float* bias;
  // Null without projection. hidden, [batch, time, units], is the output before projection;
  // projected, [batch, time, size], is the gradient of the output after it. The gradient of the
  // projection is hidden^T times projected.
  float* hidden;
  float* projected;
};

// The backward pass. It uses the trace that Forward wrote, and Forward's settings.
class Backward {
 public:
  Backward(const Shape& shape, const Settings& settings, const BackwardInputs& inputs,
           const BackwardResults& results);

  void Run(StepTeam* team);

  // Run in parts, for a caller that does something of its own between steps: Step for time - 1,
  // time - 2, ... 0 and then Finish. Step number `step` undoes that of Forward.
  void Step(int64_t step, StepTeam* team);
  void Finish();

  // [batch, size]: the gradients of the output, as a state, after the step that comes next. The
  // caller may add to those of rows that have a token there.
  float* output_gradients() { return outputs_.data(); }

 private:
  void StepCells(int64_t time, StepTeam* team);
  // Computes the gradient of the output before zoneout from that of the output after it.
  void StepOutput(int64_t row, int64_t place);
  void StepCell(int64_t row, int64_t place);
  // Clears the gradients of the state: at a start, the state before the place doesn't matter.
  void Forget(int64_t row);

  const Shape shape_;
  const Settings settings_;
  const BackwardInputs inputs_;
  const BackwardResults results_;
  const bool projects_;
  StepProduct product_;
  // [batch, units] and [batch, size]: the gradients of the state after the present step.
  std::vector<float> cells_;
  std::vector<float> outputs_;
  // [batch, units]: the gradient of the output before projection.
  std::vector<float> hidden_;
  // [batch, 4 units]: the gradients of the layer norm for each row. They are kept by row, so that
  // the order of the sums is always the same.
  std::vector<float> scales_;
  std::vector<float> biases_;
};

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_BACKWARD_H_
