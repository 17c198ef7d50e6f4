#ifndef FRAZO_CORE_KERNELS_GEMM_INT8_MATRIX_H_
#define FRAZO_CORE_KERNELS_GEMM_INT8_MATRIX_H_

#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"

namespace frazo::gemm {

// Neighbouring values of a column that lie side by side in a panel: what one instruction multiplies
// and adds up.
inline constexpr int64_t kInt8Group = 4;
// Rounding keeps to -127 .. 127, so that a value and its negative are rounded alike.
inline constexpr int64_t kInt8Limit = 127;

inline int64_t Int8Groups(int64_t depth) { return (depth + kInt8Group - 1) / kInt8Group; }

// Bytes of a panel.
inline int64_t Int8PanelSize(int64_t depth) {
  return Int8Groups(depth) * kPanelColumns * kInt8Group;
}

// A matrix [depth, columns] whose column c is scales[c] times whole numbers, to a quarter of the
// memory. Panels as those of PackedMatrix, each [groups, kPanelColumns, kInt8Group], with zeros
// where the matrix ends; the same on every processor. Does not own them.
struct Int8Matrix {
  const int8_t* panels;
  // [columns]: the largest magnitude of a column / kInt8Limit.
  const float* scales;
  // [columns]: of a column's whole numbers.
  const int32_t* sums;
  int64_t depth;
  int64_t columns;

  const int8_t* Panel(int64_t index) const { return panels + index * Int8PanelSize(depth); }
};

// Where QuantizePanels writes: the members of an Int8Matrix.
struct Int8MatrixMemory {
  int8_t* panels;
  float* scales;
  int32_t* sums;
};

// Rounds and packs the panels begin .. end - 1, with their scales and sums. Not finite values give
// an undefined matrix.
void QuantizePanels(const MatrixToPack& matrix, int64_t begin, int64_t end,
                    const Int8MatrixMemory& memory);

// The whole number nearest to value / scale, where `inverse` is 1 / scale; ties to even.
inline int32_t RoundToInt8(float value, float inverse) {
  // Adding and taking away 1.5 * 2^23 leaves no bits below one.
  constexpr float kRounder = 12582912;
  return static_cast<int32_t>((value * inverse + kRounder) - kRounder);
}

// 1 / (largest / kInt8Limit), and 0 of 0: nothing but zeros needs no scale.
inline float InverseScale(float largest) { return largest > 0 ? kInt8Limit / largest : 0; }

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_INT8_MATRIX_H_
