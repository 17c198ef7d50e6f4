#ifndef FRAZO_CORE_KERNELS_LSTM_ADDITIVE_ENERGIES_H_
#define FRAZO_CORE_KERNELS_LSTM_ADDITIVE_ENERGIES_H_

#include <cstdint>

namespace frazo::lstm {

// Additive attention (Bahdanau et al. 2015) of one query to some sources: the energy of a source is
// weights . tanh(key + query).
struct AdditiveSources {
  // [count, hidden].
  const float* keys;
  int64_t count;
  // [hidden].
  const float* query;
  // [hidden].
  const float* weights;
  int64_t hidden;
};

// Writes the energies, [count].
void ComputeEnergies(const AdditiveSources& sources, float* energies);

// Gradients are added to all of these.
struct EnergyGradients {
  // [count, hidden].
  float* keys;
  // [hidden] each.
  float* query;
  float* weights;
};

// Computes gradients from those of the energies, `slopes`, [count].
void ComputeEnergyGradients(const AdditiveSources& sources, const float* slopes,
                            const EnergyGradients& gradients);

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_ADDITIVE_ENERGIES_H_
