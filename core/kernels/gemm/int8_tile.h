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

// On any processor.
void MultiplyInt8TilePortable(const Int8Tile& tile);

// Whether this processor has what the function below needs: AVX-512 with VNNI.
bool HasAvx512Vnni();

// Only where HasAvx512Vnni(): the same numbers.
void MultiplyInt8TileVnni(const Int8Tile& tile);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_INT8_TILE_H_
