#ifndef FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_H_
#define FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_H_

#include <cstdint>

#include "core/kernels/gemm/row_blocks.h"

namespace frazo::gemm {

// What one step of a product does: y = start + rows * panel for one block of rows and one panel.
struct PanelTile {
  RowBlocks::Block rows;
  // [depth, kPanelColumns].
  const float* panel;
  int64_t depth;
  // [rows, columns], rows start_stride apart; null for zeros. May be y.
  const float* start;
  int64_t start_stride;
  // [rows, columns], rows y_stride apart.
  float* y;
  int64_t y_stride;
  // 1 .. kPanelColumns: less in the last panel.
  int64_t columns;
  // What will be read after this tile, to be fetched meanwhile: `ahead_step` bytes at each of the
  // depth's steps.
  const char* ahead;
  int64_t ahead_step;
};

void MultiplyTile(const PanelTile& tile);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_PANEL_TILE_H_
