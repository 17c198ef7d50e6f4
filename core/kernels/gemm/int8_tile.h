#ifndef FRAZO_CORE_KERNELS_GEMM_INT8_TILE_H_
#define FRAZO_CORE_KERNELS_GEMM_INT8_TILE_H_

#include <cstdint>

#include "core/kernels/gemm/int8_rows.h"
#include "core/kernels/gemm/packed_matrix.h"

namespace frazo::gemm {

// The work of one step of a product: a block of rows with their offset, times a panel.
struct Int8Tile {
  Int8Rows::Block rows;
  // [groups, kPanelColumns, kInt8Group].
  const int8_t* panel;
  int64_t groups;
  // [rows, kPanelColumns], which the step sets. Exact up to a depth of 65,000.
  int32_t (*sums)[kPanelColumns];
};

// Multiplies a tile. The result is the same on every processor.
void MultiplyInt8Tile(const Int8Tile& tile);

// Does the same with AVX-512 VNNI; call it only if numeric::HasAvx512Vnni(). Highway 1.0 lacks the
// instruction VPDPBUSD. Without it a product of 12 rows takes 3.7 times as long (Sapphire Rapids,
// depth 512, 2048 columns).
void MultiplyInt8TileVnni(const Int8Tile& tile);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_INT8_TILE_H_
