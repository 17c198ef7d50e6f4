#ifndef FRAZO_CORE_KERNELS_GEMM_TRANSPOSED_PANEL_H_
#define FRAZO_CORE_KERNELS_GEMM_TRANSPOSED_PANEL_H_

#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"

namespace frazo::gemm {

// Both transpose by vectors: for products that arrange a matrix anew each time.

// Does what PackPanel() does.
void PackPanelFast(const MatrixToPack& matrix, int64_t index, float* panel);

// Writes rows of x, [.., depth], as [depth, count]: packed[k * count + i] = x[indices[i] * depth +
// k].
void InterleaveRows(const float* x, int64_t depth, const int64_t* indices, int64_t count,
                    float* packed);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_TRANSPOSED_PANEL_H_
