#ifndef FRAZO_CORE_KERNELS_GEMM_TRANSPOSED_PANEL_H_
#define FRAZO_CORE_KERNELS_GEMM_TRANSPOSED_PANEL_H_

#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"

namespace frazo::gemm {

// These transpose by vectors.

// Does what PackPanel() does.
void PackPanelFast(const MatrixToPack& matrix, int64_t index, float* panel);

// Writes the panels begin .. end - 1 to their positions in `panels`, the memory of all panels.
void PackPanels(const MatrixToPack& matrix, int64_t begin, int64_t end, float* panels);

// Writes rows of x, [.., depth], as [depth, count]: packed[k * count + i] = x[indices[i] * depth +
// k].
void InterleaveRows(const float* x, int64_t depth, const int64_t* indices, int64_t count,
                    float* packed);

// Rows [count, depth] that are `stride` floats apart.
struct StridedRows {
  const float* values;
  int64_t count;
  int64_t depth;
  int64_t stride;
};

// Writes rows as columns: to[k * to_stride + i] = row i, value k.
void TransposeRows(const StridedRows& rows, int64_t to_stride, float* to);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_TRANSPOSED_PANEL_H_
