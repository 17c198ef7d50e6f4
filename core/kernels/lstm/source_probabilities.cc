#include "core/kernels/lstm/source_probabilities.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace frazo::lstm {
namespace {

// The energy of a source that is not seen. It is finite, so that probabilities are equal if none
// is.
constexpr float kUnseen = -0.7f * std::numeric_limits<float>::max();

}  // namespace

int64_t SeenSources::End() const {
  int64_t end = count;
  while (end > 0 && !mask[end - 1]) --end;
  return end > 0 ? end : count;
}

void Normalize(const SeenSources& seen, int64_t end, float* energies) {
  float largest = kUnseen;
  for (int64_t source = 0; source < end; ++source) {
    if (!seen.mask[source]) energies[source] = kUnseen;
    largest = std::max(largest, energies[source]);
  }
  float sum = 0;
  for (int64_t source = 0; source < end; ++source) {
    energies[source] = std::exp(energies[source] - largest);
    sum += energies[source];
  }
  for (int64_t source = 0; source < end; ++source) energies[source] /= sum;
  std::fill(energies + end, energies + seen.count, 0.0f);
}

void FindProbabilities(const AdditiveSources& sources, const bool* mask, float* probabilities) {
  const SeenSources seen = {mask, sources.count};
  AdditiveSources first = sources;
  first.count = seen.End();
  ComputeEnergies(first, probabilities);
  Normalize(seen, first.count, probabilities);
}

}  // namespace frazo::lstm
