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
  // [batch, time, size]: of Forward's output.
  const float* output_gradient;
  // Transposed: [4 units, size].
  gemm::PackedMatrix kernel;
  // Transposed: [size, units]; panels is null without projection.
  gemm::PackedMatrix projection;
  NormWeights norm;
  Places places;
  Trace<const float> trace;
};

// What Backward writes, zero where no token is.
struct BackwardResults {
  // [batch, time, 4 units]: of Forward's gates. That of the kernel is outputs_before^T times it.
  float* gates;
  // [4 units] of the layer norm; null without.
  float* scale;
  float* bias;
  // [batch, time, units] and [batch, time, size], null without projection: the output before it,
  // and the gradient of the output behind it. The projection's is hidden^T times projected.
  float* hidden;
  float* projected;
};

// The backward pass over what Forward left, with Forward's settings.
class Backward {
 public:
  Backward(const Shape& shape, const Settings& settings, const BackwardInputs& inputs,
           const BackwardResults& results);

  void Run(StepTeam* team);

 private:
  void Step(int64_t time, StepTeam* team);
  // Takes the output's gradient at a place to that of the output before zoneout.
  void StepOutput(int64_t row, int64_t place);
  void StepCell(int64_t row, int64_t place);
  // The place's state was zero whatever came before.
  void Forget(int64_t row);
  void SumNorm();

  const Shape shape_;
  const Settings settings_;
  const BackwardInputs inputs_;
  const BackwardResults results_;
  const bool projects_;
  StepProduct product_;
  // The state after the present step: [batch, units] and [batch, size].
  std::vector<float> cells_;
  std::vector<float> outputs_;
  // [batch, units]: of the output before projection.
  std::vector<float> hidden_;
  // [batch, 4 units]: of the layer norm by row, so that the order of the sums is always the same.
  std::vector<float> scales_;
  std::vector<float> biases_;
};

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_BACKWARD_H_
