#ifndef FRAZO_CORE_KERNELS_GEMM_GATED_VALUES_H_
#define FRAZO_CORE_KERNELS_GEMM_GATED_VALUES_H_

#include <cstdint>

namespace frazo::gemm {

// The gradient of a rectifier lets a value through where the gate, the rectifier's output, is above
// 0. Both are [count].
struct GatedValues {
  const float* values;
  const float* gate;
  int64_t count;
};

// Copies what the gate lets through; what it stops becomes 0.
void CopyOpen(const GatedValues& from, float* to);

// Adds what the gate lets through to `sums`.
void AddOpen(const GatedValues& from, float* sums);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_GATED_VALUES_H_
