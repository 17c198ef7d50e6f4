#ifndef FRAZO_CORE_KERNELS_LSTM_SOURCE_PROBABILITIES_H_
#define FRAZO_CORE_KERNELS_LSTM_SOURCE_PROBABILITIES_H_

#include <cstdint>

#include "core/kernels/lstm/additive_energies.h"

namespace frazo::lstm {

// Which sources a query sees. If it sees none, it sees all equally.
struct SeenSources {
  // [count].
  const bool* mask;
  int64_t count;

  // Returns the number of sources up to the last that is seen; all, if none is.
  int64_t End() const;
};

// Replaces energies, [seen.count], by their softmax over the sources that are seen. `end` is
// seen.End(): energies behind it are not read.
void Normalize(const SeenSources& seen, int64_t end, float* energies);

// Writes the probabilities of one query, [sources.count], of which `mask` sees some.
void FindProbabilities(const AdditiveSources& sources, const bool* mask, float* probabilities);

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_SOURCE_PROBABILITIES_H_
