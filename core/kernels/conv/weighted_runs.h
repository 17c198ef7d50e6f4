#ifndef FRAZO_CORE_KERNELS_CONV_WEIGHTED_RUNS_H_
#define FRAZO_CORE_KERNELS_CONV_WEIGHTED_RUNS_H_

#include <cstdint>

namespace frazo::conv {

// Run: consecutive floats; here one row of a convolution's window with all its channels.

// `weight` times the run that begins at index `begin` of some array.
struct WeightedRun {
  int32_t begin;
  float weight;
};

// AddWeightedRuns may read up to this number of floats after the end of a run.
inline constexpr int64_t kRunOverread = 15;

// Adds the weighted sum of runs: sum[0, length) += sum over i of runs[i].weight *
// from[runs[i].begin + [0, length)).
//
// `from` must be readable for kRunOverread floats after every run. Uses the widest vectors of the
// processor.
void AddWeightedRuns(const float* from, const WeightedRun* runs, int64_t num_runs, int64_t length,
                     float* sum);

}  // namespace frazo::conv

#endif  // FRAZO_CORE_KERNELS_CONV_WEIGHTED_RUNS_H_
