#include "core/kernels/gemm/packed_matrix.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace frazo::gemm {
namespace {

// The number of rows of a transposed matrix that are read at the same time: one cache line of each.
constexpr int64_t kLine = 16;

void PackPlainPanel(const float* matrix, int64_t depth, int64_t stride, int64_t width,
                    float* panel) {
  for (int64_t k = 0; k < depth; ++k) {
    float* row = panel + k * kPanelColumns;
    std::memcpy(row, matrix + k * stride, width * sizeof(float));
    std::fill(row + width, row + kPanelColumns, 0.0f);
  }
}

void PackTransposedPanel(const float* matrix, int64_t depth, int64_t width, float* panel) {
  for (int64_t first = 0; first < depth; first += kLine) {
    const int64_t last = std::min(depth, first + kLine);
    for (int64_t column = 0; column < width; ++column) {
      const float* values = matrix + column * depth;
      for (int64_t k = first; k < last; ++k) panel[k * kPanelColumns + column] = values[k];
    }
    for (int64_t k = first; k < last; ++k) {
      std::fill(panel + k * kPanelColumns + width, panel + (k + 1) * kPanelColumns, 0.0f);
    }
  }
}

}  // namespace

void PackPanel(const MatrixToPack& matrix, int64_t index, float* panel) {
  const int64_t column = index * kPanelColumns;
  const int64_t width = std::min(kPanelColumns, matrix.columns - column);
  if (matrix.is_transposed) {
    PackTransposedPanel(matrix.values + column * matrix.depth, matrix.depth, width, panel);
  } else {
    PackPlainPanel(matrix.values + column, matrix.depth, matrix.columns, width, panel);
  }
}

}  // namespace frazo::gemm
