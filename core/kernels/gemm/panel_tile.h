#ifndef FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_H_
#define FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_H_

#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/row_blocks.h"

namespace frazo::gemm {

// The work of one step of a product: y = start + rows * panel for one block of rows and one panel.
struct PanelTile {
  RowBlocks::Block rows;
  // [depth, kPanelColumns]; rows are panel_stride apart, so that it may lie in a larger matrix.
  const float* panel;
  int64_t panel_stride = kPanelColumns;
  int64_t depth;
  // [rows, columns]; rows are start_stride apart. Null for zeros; may be y.
  const float* start;
  int64_t start_stride;
  // [rows, columns]; rows are y_stride apart.
  float* y;
  int64_t y_stride;
  // 1 .. kPanelColumns; the last panel may have fewer.
  int64_t columns;
  // The memory to prefetch for the next tile: `ahead_step` bytes at each step of the depth.
  const char* ahead;
  int64_t ahead_step;
};

void MultiplyTile(const PanelTile& tile);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_H_
