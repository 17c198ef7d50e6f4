#ifndef FRAZO_CORE_KERNELS_CONV_WEIGHTED_RUNS_H_
#define FRAZO_CORE_KERNELS_CONV_WEIGHTED_RUNS_H_

#include <cstdint>

namespace frazo::conv {

// A run: consecutive floats, here one row of a convolution's window with all its channels.

// `weight` times the run that begins at index `begin` of some array.
struct WeightedRun {
  int32_t begin;
  float weight;
};

// Floats that AddWeightedRuns may read beyond the end of a run.
inline constexpr int64_t kRunOverread = 15;

// sum[0, length) += sum over i of runs[i].weight * from[runs[i].begin + [0, length)).
//
// `from` must be readable for kRunOverread floats beyond every run. Uses the widest vectors that
// the processor has.
void AddWeightedRuns(const float* from, const WeightedRun* runs, int64_t num_runs, int64_t length,
                     float* sum);

}  // namespace frazo::conv

#endif  // FRAZO_CORE_KERNELS_CONV_WEIGHTED_RUNS_H_
