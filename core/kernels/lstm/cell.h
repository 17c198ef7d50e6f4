#ifndef FRAZO_CORE_KERNELS_LSTM_CELL_H_
#define FRAZO_CORE_KERNELS_LSTM_CELL_H_

#include <cstdint>

#include "core/kernels/lstm/recurrence.h"

namespace frazo::lstm {

// One token of one row. All pointers are to what belongs to it.
template <typename Float>
struct CellStep {
  int64_t units;
  // [4 units]. With layer norm ForwardCell replaces them by their normalized values.
  Float* gates;
  // [4], written by ForwardCell with layer norm.
  Float* inverse_deviations;
  // [units].
  const float* cell_before;
  // [units], or null for none.
  const float* cell_zoneout;
};

// The token at a place of [batch, time].
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

// Computes the cell [units] after the token and hidden [units], the output before projection and
// zoneout.
void ForwardCell(const Settings& settings, const NormWeights& norm, const CellStep<float>& step,
                 float* cell, float* hidden);

struct CellGradients {
  // [units]: of hidden.
  const float* hidden;
  // [units]: of the cell after the token, replaced by that of the cell before.
  float* cell;
  // [4 units]: of the gates as ForwardCell was given them.
  float* gates;
  // [4 units]: added to; null without layer norm.
  float* scale;
  float* bias;
};

// From the step that ForwardCell left. Writes hidden [units] again, unless null.
void BackwardCell(const Settings& settings, const NormWeights& norm,
                  const CellStep<const float>& step, const CellGradients& gradients, float* hidden);

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_CELL_H_
