#include "core/kernels/lstm/backward.h"

#include <algorithm>
#include <cstdint>

#include "core/kernels/gemm/packed_product.h"
#include "core/kernels/lstm/cell.h"

namespace frazo::lstm {

Backward::Backward(const Shape& shape, const Settings& settings, const BackwardInputs& inputs,
                   const BackwardResults& results)
    : shape_(shape),
      settings_(settings),
      inputs_(inputs),
      results_(results),
      projects_(inputs.projection.panels != nullptr),
      cells_(shape.batch * shape.units),
      outputs_(shape.batch * shape.size),
      hidden_(shape.batch * shape.units) {
  if (inputs.norm.scale == nullptr) return;
  scales_.resize(shape.batch * kGates * shape.units);
  biases_.resize(shape.batch * kGates * shape.units);
}

void Backward::Run(StepTeam* team) {
  for (int64_t step = shape_.time - 1; step >= 0; --step) Step(step, team);
  Finish();
}

void Backward::Step(int64_t step, StepTeam* team) {
  const int64_t time = settings_.reverse ? shape_.time - 1 - step : step;
  StepCells(time, team);
  if (step > 0 && HasToken(shape_, inputs_.places, time)) {
    const int64_t width = kGates * shape_.units;
    const gemm::ProductOutput before = {outputs_.data(), shape_.size, outputs_.data(), shape_.size};
    product_.Multiply(results_.gates + time * width, shape_.batch, shape_.time * width,
                      inputs_.kernel, before, team);
  }
  for (int64_t row = 0; row < shape_.batch; ++row) {
    if (IsStart(inputs_.places, row * shape_.time + time)) Forget(row);
  }
}

void Backward::StepCells(int64_t time, StepTeam* team) {
  team->Run(shape_.batch, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t place = row * shape_.time + time;
      StepOutput(row, place);
      if (!projects_) StepCell(row, place);
    }
  });
  if (!projects_) return;
  product_.Multiply(results_.projected + time * shape_.size, shape_.batch,
                    shape_.time * shape_.size, inputs_.projection, {hidden_.data(), shape_.units},
                    team);
  team->Run(shape_.batch, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) StepCell(row, row * shape_.time + time);
  });
}

void Backward::StepOutput(int64_t row, int64_t place) {
  const int64_t size = shape_.size;
  float* before_zoneout = projects_ ? results_.projected + place * size : &hidden_[row * size];
  if (!inputs_.places.mask[place]) {
    std::fill_n(before_zoneout, size, 0.0f);
    return;
  }
  const float* gradient = inputs_.output_gradient + place * size;
  const float* share = inputs_.places.output_zoneout == nullptr
                           ? nullptr
                           : inputs_.places.output_zoneout + place * size;
  float* state = &outputs_[row * size];
  for (int64_t i = 0; i < size; ++i) {
    const float sum = state[i] + gradient[i];
    const float kept = share == nullptr ? 0 : share[i];
    before_zoneout[i] = (1 - kept) * sum;
    state[i] = kept * sum;
  }
}

void Backward::StepCell(int64_t row, int64_t place) {
  const int64_t units = shape_.units, width = kGates * units;
  float* gates = results_.gates + place * width;
  float* hidden = projects_ ? results_.hidden + place * units : nullptr;
  if (!inputs_.places.mask[place]) {
    std::fill_n(gates, width, 0.0f);
    if (projects_) std::fill_n(hidden, units, 0.0f);
    return;
  }
  const bool has_norm = inputs_.norm.scale != nullptr;
  const CellGradients gradients = {
      &hidden_[row * units],
      &cells_[row * units],
      gates,
      has_norm ? &scales_[row * width] : nullptr,
      has_norm ? &biases_[row * width] : nullptr,
  };
  BackwardCell(settings_, inputs_.norm, StepAt(shape_, inputs_.trace, inputs_.places, place),
               gradients, hidden);
}

void Backward::Forget(int64_t row) {
  std::fill_n(&cells_[row * shape_.units], shape_.units, 0.0f);
  std::fill_n(&outputs_[row * shape_.size], shape_.size, 0.0f);
}

void Backward::Finish() {
  if (inputs_.norm.scale == nullptr) return;
  const int64_t width = kGates * shape_.units;
  std::fill_n(results_.scale, width, 0.0f);
  std::fill_n(results_.bias, width, 0.0f);
  for (int64_t row = 0; row < shape_.batch; ++row) {
    for (int64_t i = 0; i < width; ++i) {
      results_.scale[i] += scales_[row * width + i];
      results_.bias[i] += biases_[row * width + i];
    }
  }
}

}  // namespace frazo::lstm
