#ifndef FRAZO_CORE_KERNELS_GEMM_INT8_TILE_H_
#define FRAZO_CORE_KERNELS_GEMM_INT8_TILE_H_

#include <cstdint>

#include "core/kernels/gemm/int8_rows.h"
#include "core/kernels/gemm/packed_matrix.h"

namespace frazo::gemm {

// What one step of a product does: the whole numbers of one block of rows, with their offset, times
// those of one panel.
struct Int8Tile {
  Int8Rows::Block rows;
  // [groups, kPanelColumns, kInt8Group].
  const int8_t* panel;
  int64_t groups;
  // Set: [rows, kPanelColumns]. Exact up to a depth of 65,000.
  int32_t (*sums)[kPanelColumns];
};

// The same numbers on every processor.
void MultiplyInt8Tile(const Int8Tile& tile);

// The form for AVX-512 with VNNI, where numeric::HasAvx512Vnni(). Highway 1.0 does not have its
// instruction, VPDPBUSD: without it a product of 12 rows takes 3.7 times as long (Sapphire Rapids,
// depth 512, 2048 columns).
void MultiplyInt8TileVnni(const Int8Tile& tile);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_INT8_TILE_H_
