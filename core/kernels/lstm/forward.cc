#include "core/kernels/lstm/forward.h"

#include <algorithm>
#include <cstdint>

#include "core/kernels/gemm/packed_product.h"
#include "core/kernels/lstm/cell.h"

namespace frazo::lstm {

Forward::Forward(const Shape& shape, const Settings& settings, const ForwardInputs& inputs,
                 const Trace<float>& trace, float* output)
    : shape_(shape),
      settings_(settings),
      inputs_(inputs),
      trace_(trace),
      output_(output),
      cells_(shape.batch * shape.units),
      hidden_(shape.batch * shape.units),
      projected_(inputs.projection.panels == nullptr ? 0 : shape.batch * shape.size) {}

void Forward::Run(StepTeam* team) {
  for (int64_t step = 0; step < shape_.time; ++step) Step(step, team);
}

void Forward::Step(int64_t step, StepTeam* team) {
  const int64_t last = shape_.time - 1;
  const int64_t time = settings_.reverse ? last - step : step;
  if (step == 0) {
    for (int64_t row = 0; row < shape_.batch; ++row) {
      const int64_t place = row * shape_.time + time;
      std::fill_n(trace_.cells_before + place * shape_.units, shape_.units, 0.0f);
      std::fill_n(trace_.outputs_before + place * shape_.size, shape_.size, 0.0f);
    }
  }
  const int64_t next = step == last ? -1 : settings_.reverse ? time - 1 : time + 1;
  if (HasToken(shape_, inputs_.places, time)) {
    StepCells(time, next, team);
  } else {
    for (int64_t row = 0; row < shape_.batch; ++row) FinishRow(row, time, next);
  }
}

void Forward::StepCells(int64_t time, int64_t next_time, StepTeam* team) {
  const int64_t width = kGates * shape_.units;
  const gemm::ProductOutput gates = {trace_.gates + time * width, shape_.time * width,
                                     inputs_.gates + time * width, shape_.time * width};
  product_.Multiply(trace_.outputs_before + time * shape_.size, shape_.batch,
                    shape_.time * shape_.size, inputs_.kernel, gates, team);
  const bool projects = inputs_.projection.panels != nullptr;
  team->Run(shape_.batch, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t place = row * shape_.time + time;
      if (inputs_.places.mask[place]) {
        ForwardCell(settings_, inputs_.norm, StepAt(shape_, trace_, inputs_.places, place),
                    &cells_[row * shape_.units], &hidden_[row * shape_.units]);
      }
      if (!projects) FinishRow(row, time, next_time);
    }
  });
  if (!projects) return;
  product_.Multiply(hidden_.data(), shape_.batch, shape_.units, inputs_.projection,
                    {projected_.data(), shape_.size}, team);
  for (int64_t row = 0; row < shape_.batch; ++row) FinishRow(row, time, next_time);
}

void Forward::FinishRow(int64_t row, int64_t time, int64_t next_time) {
  const int64_t units = shape_.units, size = shape_.size;
  const int64_t place = row * shape_.time + time;
  const float* cell = trace_.cells_before + place * units;
  const float* state = trace_.outputs_before + place * size;
  float* output = output_ + place * size;
  if (inputs_.places.mask[place]) {
    cell = &cells_[row * units];
    const float* shown = projected_.empty() ? &hidden_[row * units] : &projected_[row * size];
    std::copy_n(shown, size, output);
    if (inputs_.places.output_zoneout != nullptr) {
      const float* share = inputs_.places.output_zoneout + place * size;
      for (int64_t i = 0; i < size; ++i) {
        output[i] = share[i] * state[i] + (1 - share[i]) * shown[i];
      }
    }
    state = output;
  } else {
    std::fill_n(output, size, 0.0f);
  }
  if (next_time < 0) return;
  const int64_t next = row * shape_.time + next_time;
  if (IsStart(inputs_.places, next)) {
    std::fill_n(trace_.cells_before + next * units, units, 0.0f);
    std::fill_n(trace_.outputs_before + next * size, size, 0.0f);
  } else {
    std::copy_n(cell, units, trace_.cells_before + next * units);
    std::copy_n(state, size, trace_.outputs_before + next * size);
  }
}

}  // namespace frazo::lstm
