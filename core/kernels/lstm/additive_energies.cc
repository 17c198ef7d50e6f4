#include "core/kernels/lstm/additive_energies.h"

#include <algorithm>
#include <cstdint>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/lstm/additive_energies.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "core/kernels/lstm/lanes.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::lstm::HWY_NAMESPACE {

void Energies(const AdditiveSources& sources, float* energies) {
  for (int64_t source = 0; source < sources.count; ++source) {
    const float* key = sources.keys + source * sources.hidden;
    Lanes sums = Fill(0);
    for (int64_t i = 0; i < sources.hidden; i += kLanes) {
      const int64_t count = std::min(kLanes, sources.hidden - i);
      const Lanes hidden = Tanh(hn::Add(Load(key + i, count), Load(sources.query + i, count)));
      sums = hn::MulAdd(hidden, Load(sources.weights + i, count), sums);
    }
    energies[source] = Sum(sums);
  }
}

HWY_INLINE void AddTo(float* values, int64_t count, Lanes x) {
  Store(hn::Add(Load(values, count), x), values, count);
}

void Gradients(const AdditiveSources& sources, const float* slopes,
               const EnergyGradients& gradients) {
  for (int64_t source = 0; source < sources.count; ++source) {
    // Hidden sources, and those with a vanishing probability.
    if (slopes[source] == 0) continue;
    const Lanes slope = Fill(slopes[source]);
    const float* key = sources.keys + source * sources.hidden;
    float* of_key = gradients.keys + source * sources.hidden;
    for (int64_t i = 0; i < sources.hidden; i += kLanes) {
      const int64_t count = std::min(kLanes, sources.hidden - i);
      const Lanes hidden = Tanh(hn::Add(Load(key + i, count), Load(sources.query + i, count)));
      AddTo(gradients.weights + i, count, hn::Mul(slope, hidden));
      const Lanes of_hidden = hn::Mul(slope, Load(sources.weights + i, count));
      const Lanes of_sum = hn::Mul(of_hidden, hn::NegMulAdd(hidden, hidden, Fill(1)));
      AddTo(of_key + i, count, of_sum);
      AddTo(gradients.query + i, count, of_sum);
    }
  }
}

}  // namespace frazo::lstm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::lstm {

void ComputeEnergies(const AdditiveSources& sources, float* energies) {
  static const auto compute = FRAZO_VECTOR_FUNCTION(Energies);
  compute(sources, energies);
}

void ComputeEnergyGradients(const AdditiveSources& sources, const float* slopes,
                            const EnergyGradients& gradients) {
  static const auto compute = FRAZO_VECTOR_FUNCTION(Gradients);
  compute(sources, slopes, gradients);
}

}  // namespace frazo::lstm

#endif  // HWY_ONCE
