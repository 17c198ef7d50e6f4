#include "core/kernels/lstm/cell.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/lstm/cell.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "core/kernels/lstm/lanes.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::lstm::HWY_NAMESPACE {

// Replaces x by (x - mean) / sqrt(variance + epsilon) and returns 1 / sqrt(variance + epsilon).
HWY_INLINE float Standardize(int64_t size, float epsilon, float* x) {
  Lanes sums = Fill(0);
  for (int64_t u = 0; u < size; u += kLanes) {
    sums = hn::Add(sums, Load(x + u, std::min(kLanes, size - u)));
  }
  const float mean = Sum(sums) / size;
  float squares = 0;
  Lanes square_sums = Fill(0);
  int64_t u = 0;
  for (; u + kLanes <= size; u += kLanes) {
    const Lanes centred = hn::Sub(Load(x + u, kLanes), Fill(mean));
    square_sums = hn::MulAdd(centred, centred, square_sums);
  }
  for (; u < size; ++u) squares += (x[u] - mean) * (x[u] - mean);
  const float inverse = 1 / std::sqrt((squares + Sum(square_sums)) / size + epsilon);
  for (u = 0; u < size; u += kLanes) {
    const int64_t count = std::min(kLanes, size - u);
    Store(hn::Mul(hn::Sub(Load(x + u, count), Fill(mean)), Fill(inverse)), x + u, count);
  }
  return inverse;
}

HWY_INLINE Lanes OneLess(Lanes x) { return hn::Sub(Fill(1), x); }

// The values of a token for as many units as there are lanes.
struct CellLanes {
  Lanes candidate;
  Lanes input;
  Lanes forget;
  Lanes output;
  Lanes before;
  // The cell before and after clipping.
  Lanes sum;
  Lanes cell;
  // The part of the cell that the output gate lets through.
  Lanes shown;
};

template <typename Float>
HWY_INLINE Lanes Gate(const NormWeights& norm, const CellStep<Float>& step, int64_t gate,
                      int64_t unit, int64_t count) {
  const int64_t at = gate * step.units + unit;
  const Lanes x = Load(step.gates + at, count);
  if (norm.scale == nullptr) return x;
  return hn::MulAdd(x, Load(norm.scale + at, count), Load(norm.bias + at, count));
}

template <typename Float>
HWY_INLINE CellLanes Compute(const Settings& settings, const NormWeights& norm,
                             const CellStep<Float>& step, int64_t unit, int64_t count) {
  const Lanes candidate = Tanh(Gate(norm, step, 0, unit, count));
  const Lanes input = Sigmoid(Gate(norm, step, 1, unit, count));
  const Lanes forget = Sigmoid(Gate(norm, step, 2, unit, count));
  const Lanes output = Sigmoid(Gate(norm, step, 3, unit, count));
  const Lanes before = Load(step.cell_before + unit, count);
  const Lanes sum = hn::MulAdd(forget, before, hn::Mul(input, candidate));
  Lanes cell = sum;
  if (settings.cell_clip > 0) cell = Clip(sum, -settings.cell_clip, settings.cell_clip);
  const Lanes shown = settings.output_tanh ? Tanh(cell) : cell;
  return {candidate, input, forget, output, before, sum, cell, shown};
}

// Returns share * kept + (1 - share) * other.
HWY_INLINE Lanes Mix(Lanes share, Lanes kept, Lanes other) {
  return hn::MulAdd(share, kept, hn::Mul(OneLess(share), other));
}

void Forward(const Settings& settings, const NormWeights& norm, const CellStep<float>& step,
             float* cell, float* hidden) {
  const int64_t units = step.units;
  for (int64_t gate = 0; norm.scale != nullptr && gate < kGates; ++gate) {
    step.inverse_deviations[gate] =
        Standardize(units, settings.layer_norm_epsilon, step.gates + gate * units);
  }
  for (int64_t unit = 0; unit < units; unit += kLanes) {
    const int64_t count = std::min(kLanes, units - unit);
    const CellLanes lanes = Compute(settings, norm, step, unit, count);
    Lanes after = lanes.cell;
    if (step.cell_zoneout != nullptr) {
      const Lanes share = Load(step.cell_zoneout + unit, count);
      after = Mix(share, lanes.before, lanes.cell);
    }
    Store(after, cell + unit, count);
    Store(hn::Mul(lanes.output, lanes.shown), hidden + unit, count);
  }
}

// Replaces the gradients of the scaled gates in gradients.gates by those of the gates.
HWY_INLINE void BackwardNorm(const NormWeights& norm, const CellStep<const float>& step,
                             int64_t gate, const CellGradients& gradients) {
  const int64_t units = step.units;
  const float* normal = step.gates + gate * units;
  const float* scale = norm.scale + gate * units;
  float* gradient = gradients.gates + gate * units;
  float* of_scale = gradients.scale + gate * units;
  float* of_bias = gradients.bias + gate * units;
  Lanes sums = Fill(0), products = Fill(0);
  for (int64_t u = 0; u < units; u += kLanes) {
    const int64_t count = std::min(kLanes, units - u);
    const Lanes x = Load(normal + u, count);
    const Lanes scaled = Load(gradient + u, count);
    Store(hn::Add(Load(of_bias + u, count), scaled), of_bias + u, count);
    Store(hn::MulAdd(scaled, x, Load(of_scale + u, count)), of_scale + u, count);
    const Lanes of_normal = hn::Mul(scaled, Load(scale + u, count));
    sums = hn::Add(sums, of_normal);
    products = hn::MulAdd(of_normal, x, products);
    Store(of_normal, gradient + u, count);
  }
  const float mean = Sum(sums) / units, slope = Sum(products) / units;
  const float inverse = step.inverse_deviations[gate];
  for (int64_t u = 0; u < units; u += kLanes) {
    const int64_t count = std::min(kLanes, units - u);
    const Lanes x = Load(normal + u, count);
    const Lanes centred = hn::Sub(Load(gradient + u, count), Fill(mean));
    Store(hn::Mul(hn::NegMulAdd(x, Fill(slope), centred), Fill(inverse)), gradient + u, count);
  }
}

// Returns the derivative of a sigmoid, given its value.
HWY_INLINE Lanes SigmoidSlope(Lanes sigmoid) { return hn::Mul(sigmoid, OneLess(sigmoid)); }

void Backward(const Settings& settings, const NormWeights& norm, const CellStep<const float>& step,
              const CellGradients& gradients, float* hidden) {
  const int64_t units = step.units;
  const float limit =
      settings.cell_clip > 0 ? settings.cell_clip : std::numeric_limits<float>::infinity();
  for (int64_t unit = 0; unit < units; unit += kLanes) {
    const int64_t count = std::min(kLanes, units - unit);
    const CellLanes lanes = Compute(settings, norm, step, unit, count);
    const Lanes of_hidden = Load(gradients.hidden + unit, count);
    const Lanes of_after = Load(gradients.cell + unit, count);
    Lanes of_cell = hn::Mul(of_hidden, lanes.output);
    if (settings.output_tanh) {
      of_cell = hn::Mul(of_cell, hn::NegMulAdd(lanes.shown, lanes.shown, Fill(1)));
    }
    Lanes of_before = Fill(0);
    if (step.cell_zoneout == nullptr) {
      of_cell = hn::Add(of_cell, of_after);
    } else {
      const Lanes share = Load(step.cell_zoneout + unit, count);
      of_cell = hn::MulAdd(OneLess(share), of_after, of_cell);
      of_before = hn::Mul(share, of_after);
    }
    // No gradient passes where clipping has changed the sum, or where the sum is NaN.
    const Lanes of_sum = hn::IfThenElseZero(hn::Le(hn::Abs(lanes.sum), Fill(limit)), of_cell);
    of_before = hn::MulAdd(of_sum, lanes.forget, of_before);
    Store(of_before, gradients.cell + unit, count);
    float* of_gates = gradients.gates + unit;
    Store(hn::Mul(hn::Mul(of_sum, lanes.input),
                  hn::NegMulAdd(lanes.candidate, lanes.candidate, Fill(1))),
          of_gates, count);
    Store(hn::Mul(hn::Mul(of_sum, lanes.candidate), SigmoidSlope(lanes.input)), of_gates + units,
          count);
    Store(hn::Mul(hn::Mul(of_sum, lanes.before), SigmoidSlope(lanes.forget)), of_gates + 2 * units,
          count);
    Store(hn::Mul(hn::Mul(of_hidden, lanes.shown), SigmoidSlope(lanes.output)),
          of_gates + 3 * units, count);
    if (hidden != nullptr) Store(hn::Mul(lanes.output, lanes.shown), hidden + unit, count);
  }
  for (int64_t gate = 0; norm.scale != nullptr && gate < kGates; ++gate) {
    BackwardNorm(norm, step, gate, gradients);
  }
}

}  // namespace frazo::lstm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::lstm {

void ForwardCell(const Settings& settings, const NormWeights& norm, const CellStep<float>& step,
                 float* cell, float* hidden) {
  static const auto forward = FRAZO_VECTOR_FUNCTION(Forward);
  forward(settings, norm, step, cell, hidden);
}

void BackwardCell(const Settings& settings, const NormWeights& norm,
                  const CellStep<const float>& step, const CellGradients& gradients,
                  float* hidden) {
  static const auto backward = FRAZO_VECTOR_FUNCTION(Backward);
  backward(settings, norm, step, gradients, hidden);
}

}  // namespace frazo::lstm

#endif  // HWY_ONCE
