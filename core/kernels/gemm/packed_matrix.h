#ifndef FRAZO_CORE_KERNELS_GEMM_PACKED_MATRIX_H_
#define FRAZO_CORE_KERNELS_GEMM_PACKED_MATRIX_H_

#include <cstdint>

namespace frazo::gemm {

// Panel: kPanelColumns neighbouring columns of a matrix, [depth, kPanelColumns] row-major, with
// zeros after the end of the matrix. A product that goes through a panel reads memory in order.
// Memory is what limits the product of a few rows with a large matrix.
inline constexpr int64_t kPanelColumns = 32;

// A matrix [depth, columns] as a sequence of panels, the same on every processor. Does not own
// them.
struct PackedMatrix {
  const float* panels;
  int64_t depth;
  int64_t columns;

  const float* Panel(int64_t index) const { return panels + index * depth * kPanelColumns; }
};

// Returns the number of panels.
inline int64_t PanelCount(int64_t columns) { return (columns + kPanelColumns - 1) / kPanelColumns; }

// Returns the number of floats in all panels.
inline int64_t PackedSize(int64_t depth, int64_t columns) {
  return PanelCount(columns) * depth * kPanelColumns;
}

// A matrix to pack: [depth, columns] row-major or, if is_transposed, [columns, depth].
struct MatrixToPack {
  const float* values;
  int64_t depth;
  int64_t columns;
  bool is_transposed;
};

// Writes panel number `index` to `panel`.
void PackPanel(const MatrixToPack& matrix, int64_t index, float* panel);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_PACKED_MATRIX_H_
