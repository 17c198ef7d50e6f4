#include "core/kernels/conv/weighted_runs.h"

#include <algorithm>
#include <cstring>

namespace frazo::conv {
namespace {

constexpr int64_t kLanes = 16;
typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));

#define FRAZO_INLINE inline __attribute__((always_inline))

FRAZO_INLINE void Load(const float* from, Vector& to) { std::memcpy(&to, from, sizeof(Vector)); }

// AddWeightedRuns for the first min(length, kVectors * kLanes) floats, all kept in registers.
template <int kVectors>
FRAZO_INLINE void AddBlock(const float* from, const WeightedRun* runs, int64_t num_runs,
                           int64_t length, float* sum) {
  Vector total[kVectors] = {};
  for (int64_t i = 0; i < num_runs; ++i) {
    const float* const run = from + runs[i].begin;
    const float weight = runs[i].weight;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      Vector value;
      Load(run + v * kLanes, value);
      total[v] += weight * value;
    }
  }
  const int64_t whole = std::min<int64_t>(length / kLanes, kVectors);
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) {
    if (v >= whole) break;
    Vector value;
    Load(sum + v * kLanes, value);
    value += total[v];
    std::memcpy(sum + v * kLanes, &value, sizeof(Vector));
  }
  if (whole == kVectors) return;
  float rest[kLanes];
  std::memcpy(rest, &total[whole], sizeof(Vector));
  for (int64_t i = 0; i < length - whole * kLanes; ++i) sum[whole * kLanes + i] += rest[i];
}

FRAZO_INLINE void AddBlocks(const float* from, const WeightedRun* runs, int64_t num_runs,
                            int64_t length, float* sum) {
  // Seven vectors are what a window of 5 x 20 channels needs, and leave registers to spare.
  while (length > 0) {
    const int64_t vectors = (length + kLanes - 1) / kLanes;
    int64_t done = kLanes;
    if (vectors >= 7) {
      AddBlock<7>(from, runs, num_runs, length, sum);
      done *= 7;
    } else if (vectors >= 4) {
      AddBlock<4>(from, runs, num_runs, length, sum);
      done *= 4;
    } else if (vectors >= 2) {
      AddBlock<2>(from, runs, num_runs, length, sum);
      done *= 2;
    } else {
      AddBlock<1>(from, runs, num_runs, length, sum);
    }
    from += done;
    sum += done;
    length -= done;
  }
}

using Function = void (*)(const float*, const WeightedRun*, int64_t, int64_t, float*);

#if defined(__x86_64__)
__attribute__((target("avx512f"))) void AddAvx512(const float* from, const WeightedRun* runs,
                                                  int64_t num_runs, int64_t length, float* sum) {
  AddBlocks(from, runs, num_runs, length, sum);
}

__attribute__((target("avx2,fma"))) void AddAvx2(const float* from, const WeightedRun* runs,
                                                 int64_t num_runs, int64_t length, float* sum) {
  AddBlocks(from, runs, num_runs, length, sum);
}
#endif

void AddPortable(const float* from, const WeightedRun* runs, int64_t num_runs, int64_t length,
                 float* sum) {
  AddBlocks(from, runs, num_runs, length, sum);
}

Function Widest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return AddAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return AddAvx2;
#endif
  return AddPortable;
}

}  // namespace

void AddWeightedRuns(const float* from, const WeightedRun* runs, int64_t num_runs, int64_t length,
                     float* sum) {
  static const Function add = Widest();
  add(from, runs, num_runs, length, sum);
}

}  // namespace frazo::conv
