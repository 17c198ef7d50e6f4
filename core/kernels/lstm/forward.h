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
  // [batch, time, 4 units], what the input adds to the gates.
  const float* gates;
  // [size, 4 units].
  gemm::PackedMatrix kernel;
  // [units, size]; panels is null without projection, and size then is units.
  gemm::PackedMatrix projection;
  NormWeights norm;
  Places places;
};

// The forward pass. Fills the trace and the output [batch, time, size], which is zero where no
// token is. Of steps without a token the trace's gates and deviations are not written.
class Forward {
 public:
  Forward(const Shape& shape, const Settings& settings, const ForwardInputs& inputs,
          const Trace<float>& trace, float* output);

  void Run(StepTeam* team);

 private:
  // A step that has a token.
  void StepCells(int64_t time, int64_t next_time, StepTeam* team);
  // Writes the output of a place and the state that the next is reached with; none if next_time is
  // negative.
  void FinishRow(int64_t row, int64_t time, int64_t next_time);

  const Shape shape_;
  const Settings settings_;
  const ForwardInputs inputs_;
  const Trace<float> trace_;
  float* const output_;
  StepProduct product_;
  // [batch, units] after the present step, and what its gates let through.
  std::vector<float> cells_;
  std::vector<float> hidden_;
  // [batch, size]: hidden_ projected.
  std::vector<float> projected_;
};

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_FORWARD_H_
