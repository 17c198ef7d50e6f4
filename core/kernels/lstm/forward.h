#ifndef FRAZO_CORE_KERNELS_LSTM_FORWARD_H_
#define FRAZO_CORE_KERNELS_LSTM_FORWARD_H_

#include <cstdint>
#include <vector>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/lstm/recurrence.h"
#include "core/kernels/lstm/step_product.h"
#include "core/kernels/lstm/step_team.h"

namespace frazo::lstm {

struct ForwardInputs {
  // [batch, time, 4 units]: the input's part of the gates.
  const float* gates;
  // [size, 4 units].
  gemm::PackedMatrix kernel;
  // [units, size]. Without projection panels is null, and size equals units.
  gemm::PackedMatrix projection;
  NormWeights norm;
  Places places;
};

// The forward pass. It fills the trace and the output, [batch, time, size], which is zero where
// there is no token. It does not write the trace's gates and deviations of steps that have no
// token.
class Forward {
 public:
  Forward(const Shape& shape, const Settings& settings, const ForwardInputs& inputs,
          const Trace<float>& trace, float* output);

  void Run(StepTeam* team);

  // Runs one step, for a caller that does something of its own between steps: 0, 1, ... time - 1.
  // It may change the gates of later steps, and read the outputs of earlier ones.
  void Step(int64_t step, StepTeam* team);

 private:
  // Computes a step in which at least one row has a token.
  void StepCells(int64_t time, int64_t next_time, StepTeam* team);
  // Writes the output of a row and the state before its next place. There is no next place if
  // next_time is negative.
  void FinishRow(int64_t row, int64_t time, int64_t next_time);

  const Shape shape_;
  const Settings settings_;
  const ForwardInputs inputs_;
  const Trace<float> trace_;
  float* const output_;
  StepProduct product_;
  // [batch, units]: the cells after the present step, and hidden, which the output gate lets
  // through.
  std::vector<float> cells_;
  std::vector<float> hidden_;
  // [batch, size]: the projection of hidden_.
  std::vector<float> projected_;
};

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_FORWARD_H_
