#include "core/kernels/lstm/cell.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/kernels/lstm/lanes.h"

namespace frazo::lstm {
namespace {

// (x - mean) / sqrt(variance + epsilon) in place; returns 1 / sqrt(variance + epsilon).
FRAZO_LANES_INLINE float Standardize(int64_t size, float epsilon, float* x) {
  Lanes sums = {};
  for (int64_t u = 0; u < size; u += kLanes) sums += Load(x + u, std::min(kLanes, size - u));
  const float mean = Sum(sums) / size;
  float squares = 0;
  Lanes square_sums = {};
  int64_t u = 0;
  for (; u + kLanes <= size; u += kLanes) {
    const Lanes centred = Load(x + u, kLanes) - mean;
    square_sums += centred * centred;
  }
  for (; u < size; ++u) squares += (x[u] - mean) * (x[u] - mean);
  const float inverse = 1 / std::sqrt((squares + Sum(square_sums)) / size + epsilon);
  for (u = 0; u < size; u += kLanes) {
    const int64_t count = std::min(kLanes, size - u);
    Store((Load(x + u, count) - mean) * inverse, x + u, count);
  }
  return inverse;
}

// What a token does with sixteen units.
struct CellLanes {
  Lanes candidate;
  Lanes input;
  Lanes forget;
  Lanes output;
  Lanes before;
  // Before and after clipping.
  Lanes sum;
  Lanes cell;
  // What the output gate lets through.
  Lanes shown;
};

template <typename Float>
FRAZO_LANES_INLINE Lanes Gate(const NormWeights& norm, const CellStep<Float>& step, int64_t gate,
                              int64_t unit, int64_t count) {
  const int64_t at = gate * step.units + unit;
  const Lanes x = Load(step.gates + at, count);
  if (norm.scale == nullptr) return x;
  return x * Load(norm.scale + at, count) + Load(norm.bias + at, count);
}

template <typename Float>
FRAZO_LANES_INLINE CellLanes Compute(const Settings& settings, const NormWeights& norm,
                                     const CellStep<Float>& step, int64_t unit, int64_t count) {
  CellLanes lanes;
  lanes.candidate = Tanh(Gate(norm, step, 0, unit, count));
  lanes.input = Sigmoid(Gate(norm, step, 1, unit, count));
  lanes.forget = Sigmoid(Gate(norm, step, 2, unit, count));
  lanes.output = Sigmoid(Gate(norm, step, 3, unit, count));
  lanes.before = Load(step.cell_before + unit, count);
  lanes.sum = lanes.forget * lanes.before + lanes.input * lanes.candidate;
  lanes.cell = lanes.sum;
  if (settings.cell_clip > 0) {
    lanes.cell = Clip(lanes.sum, -settings.cell_clip, settings.cell_clip);
  }
  lanes.shown = settings.output_tanh ? Tanh(lanes.cell) : lanes.cell;
  return lanes;
}

FRAZO_LANES_INLINE void Forward(const Settings& settings, const NormWeights& norm,
                                const CellStep<float>& step, float* cell, float* hidden) {
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
      after = share * lanes.before + (1 - share) * lanes.cell;
    }
    Store(after, cell + unit, count);
    Store(lanes.output * lanes.shown, hidden + unit, count);
  }
}

// From the gradients of the scaled gates, which are in gradients.gates, to those of the gates.
FRAZO_LANES_INLINE void BackwardNorm(const NormWeights& norm, const CellStep<const float>& step,
                                     int64_t gate, const CellGradients& gradients) {
  const int64_t units = step.units;
  const float* normal = step.gates + gate * units;
  const float* scale = norm.scale + gate * units;
  float* gradient = gradients.gates + gate * units;
  float* of_scale = gradients.scale + gate * units;
  float* of_bias = gradients.bias + gate * units;
  Lanes sums = {}, products = {};
  for (int64_t u = 0; u < units; u += kLanes) {
    const int64_t count = std::min(kLanes, units - u);
    const Lanes x = Load(normal + u, count);
    const Lanes scaled = Load(gradient + u, count);
    Store(Load(of_bias + u, count) + scaled, of_bias + u, count);
    Store(Load(of_scale + u, count) + scaled * x, of_scale + u, count);
    const Lanes of_normal = scaled * Load(scale + u, count);
    sums += of_normal;
    products += of_normal * x;
    Store(of_normal, gradient + u, count);
  }
  const float mean = Sum(sums) / units, slope = Sum(products) / units;
  const float inverse = step.inverse_deviations[gate];
  for (int64_t u = 0; u < units; u += kLanes) {
    const int64_t count = std::min(kLanes, units - u);
    const Lanes x = Load(normal + u, count);
    Store((Load(gradient + u, count) - mean - x * slope) * inverse, gradient + u, count);
  }
}

FRAZO_LANES_INLINE void Backward(const Settings& settings, const NormWeights& norm,
                                 const CellStep<const float>& step, const CellGradients& gradients,
                                 float* hidden) {
  const int64_t units = step.units;
  const float limit =
      settings.cell_clip > 0 ? settings.cell_clip : std::numeric_limits<float>::infinity();
  for (int64_t unit = 0; unit < units; unit += kLanes) {
    const int64_t count = std::min(kLanes, units - unit);
    const CellLanes lanes = Compute(settings, norm, step, unit, count);
    const Lanes of_hidden = Load(gradients.hidden + unit, count);
    const Lanes of_after = Load(gradients.cell + unit, count);
    Lanes of_cell = of_hidden * lanes.output;
    if (settings.output_tanh) of_cell *= 1 - lanes.shown * lanes.shown;
    Lanes of_before = {};
    if (step.cell_zoneout == nullptr) {
      of_cell += of_after;
    } else {
      const Lanes share = Load(step.cell_zoneout + unit, count);
      of_cell += (1 - share) * of_after;
      of_before = share * of_after;
    }
    const Lanes of_sum =
        (lanes.sum >= Fill(-limit)) & (lanes.sum <= Fill(limit)) ? of_cell : Lanes{};
    of_before += of_sum * lanes.forget;
    Store(of_before, gradients.cell + unit, count);
    float* of_gates = gradients.gates + unit;
    Store(of_sum * lanes.input * (1 - lanes.candidate * lanes.candidate), of_gates, count);
    Store(of_sum * lanes.candidate * lanes.input * (1 - lanes.input), of_gates + units, count);
    Store(of_sum * lanes.before * lanes.forget * (1 - lanes.forget), of_gates + 2 * units, count);
    Store(of_hidden * lanes.shown * lanes.output * (1 - lanes.output), of_gates + 3 * units, count);
    if (hidden != nullptr) Store(lanes.output * lanes.shown, hidden + unit, count);
  }
  for (int64_t gate = 0; norm.scale != nullptr && gate < kGates; ++gate) {
    BackwardNorm(norm, step, gate, gradients);
  }
}

#if defined(__x86_64__)

#define FRAZO_AVX512 __attribute__((target("avx512f")))

FRAZO_AVX512 void ForwardAvx512(const Settings& settings, const NormWeights& norm,
                                const CellStep<float>& step, float* cell, float* hidden) {
  Forward(settings, norm, step, cell, hidden);
}

FRAZO_AVX512 void BackwardAvx512(const Settings& settings, const NormWeights& norm,
                                 const CellStep<const float>& step, const CellGradients& gradients,
                                 float* hidden) {
  Backward(settings, norm, step, gradients, hidden);
}

#undef FRAZO_AVX512

bool HasAvx512() {
  static const bool has = __builtin_cpu_supports("avx512f");
  return has;
}

#else

void ForwardAvx512(const Settings&, const NormWeights&, const CellStep<float>&, float*, float*) {}

void BackwardAvx512(const Settings&, const NormWeights&, const CellStep<const float>&,
                    const CellGradients&, float*) {}

bool HasAvx512() { return false; }

#endif

}  // namespace

void ForwardCell(const Settings& settings, const NormWeights& norm, const CellStep<float>& step,
                 float* cell, float* hidden) {
  if (HasAvx512()) return ForwardAvx512(settings, norm, step, cell, hidden);
  Forward(settings, norm, step, cell, hidden);
}

void BackwardCell(const Settings& settings, const NormWeights& norm,
                  const CellStep<const float>& step, const CellGradients& gradients,
                  float* hidden) {
  if (HasAvx512()) return BackwardAvx512(settings, norm, step, gradients, hidden);
  Backward(settings, norm, step, gradients, hidden);
}

}  // namespace frazo::lstm
