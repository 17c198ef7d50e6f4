#ifndef FRAZO_CORE_KERNELS_GEMM_INT8_MATRIX_H_
#define FRAZO_CORE_KERNELS_GEMM_INT8_MATRIX_H_

#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"

namespace frazo::gemm {

// Number of neighbouring values of a column that are contiguous in a panel. One instruction
// multiplies and adds them.
inline constexpr int64_t kInt8Group = 4;
// Values are rounded to -127 .. 127, so that a value and its negative are rounded alike.
inline constexpr int64_t kInt8Limit = 127;

inline int64_t Int8Groups(int64_t depth) { return (depth + kInt8Group - 1) / kInt8Group; }

// Number of bytes of a panel.
inline int64_t Int8PanelSize(int64_t depth) {
  return Int8Groups(depth) * kPanelColumns * kInt8Group;
}

// A matrix [depth, columns] in a quarter of the memory. Column c is scales[c] times whole numbers.
// Its panels are those of PackedMatrix, each [groups, kPanelColumns, kInt8Group], with zeros after
// the end of the matrix. They are the same on every processor. Does not own them.
struct Int8Matrix {
  const int8_t* panels;
  // [columns]: the largest magnitude of each column / kInt8Limit.
  const float* scales;
  // [columns]: the sum of each column's whole numbers.
  const int32_t* sums;
  int64_t depth;
  int64_t columns;

  const int8_t* Panel(int64_t index) const { return panels + index * Int8PanelSize(depth); }
};

// The memory that QuantizePanels writes to: the members of an Int8Matrix.
struct Int8MatrixMemory {
  int8_t* panels;
  float* scales;
  int32_t* sums;
};

// Rounds and packs the panels begin .. end - 1, and sets their scales and sums. Values that are not
// finite give an undefined matrix.
void QuantizePanels(const MatrixToPack& matrix, int64_t begin, int64_t end,
                    const Int8MatrixMemory& memory);

// Returns the whole number nearest to value / scale, given `inverse` = 1 / scale; ties go to even.
inline int32_t RoundToInt8(float value, float inverse) {
  // A sum with 1.5 * 2^23 has no bits below one; subtracting it again leaves a whole number.
  constexpr float kRounder = 12582912;
  return static_cast<int32_t>((value * inverse + kRounder) - kRounder);
}

// Returns 1 / (largest / kInt8Limit), or 0 for 0: zeros need no scale.
inline float InverseScale(float largest) { return largest > 0 ? kInt8Limit / largest : 0; }

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_INT8_MATRIX_H_
