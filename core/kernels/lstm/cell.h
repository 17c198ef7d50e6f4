#ifndef FRAZO_CORE_KERNELS_LSTM_CELL_H_
#define FRAZO_CORE_KERNELS_LSTM_CELL_H_

#include <cstdint>

#include "core/kernels/lstm/recurrence.h"

namespace frazo::lstm {

// One token of one row. Each pointer points to the values of this token.
template <typename Float>
struct CellStep {
  int64_t units;
  // [4 units]. With layer norm, ForwardCell replaces the gates by their normalized values.
  Float* gates;
  // [4]. ForwardCell writes them if there is a layer norm.
  Float* inverse_deviations;
  // [units].
  const float* cell_before;
  // [units], or null without zoneout.
  const float* cell_zoneout;
};

// Returns the step of the token at a place, an index into [batch, time].
template <typename Float>
CellStep<Float> StepAt(const Shape& shape, const Trace<Float>& trace, const Places& places,
                       int64_t place) {
  const int64_t units = place * shape.units;
  return {
      shape.units,
      trace.gates + kGates * units,
      trace.inverse_deviations == nullptr ? nullptr : trace.inverse_deviations + kGates * place,
      trace.cells_before + units,
      places.cell_zoneout == nullptr ? nullptr : places.cell_zoneout + units,
  };
}

// Computes the cell after the token, [units], and hidden, [units], which is the output before
// projection and zoneout.
void ForwardCell(const Settings& settings, const NormWeights& norm, const CellStep<float>& step,
                 float* cell, float* hidden);

struct CellGradients {
  // [units]: the gradient of hidden.
  const float* hidden;
  // [units]: the gradient of the cell after the token. It is replaced by that of the cell before.
  float* cell;
  // [4 units]: the gradient of the gates that ForwardCell was given.
  float* gates;
  // [4 units]: the gradients of scale and bias are added to these; null without layer norm.
  float* scale;
  float* bias;
};

// Computes the gradients of a token from the step that ForwardCell left. Writes hidden, [units],
// again unless it is null.
void BackwardCell(const Settings& settings, const NormWeights& norm,
                  const CellStep<const float>& step, const CellGradients& gradients, float* hidden);

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_CELL_H_
