#include "core/kernels/gemm/packed_product.h"

#include <algorithm>
#include <cstdint>

#include "core/kernels/gemm/panel_tile.h"

namespace frazo::gemm {

void MultiplyPanels(const RowBlocks& x, const PackedMatrix& matrix, int64_t begin, int64_t end,
                    const ProductOutput& output) {
  const int64_t blocks = x.block_count();
  if (blocks == 0) return;
  const int64_t panel_bytes = matrix.depth * kPanelColumns * sizeof(float);
  for (int64_t index = begin; index < end; ++index) {
    const int64_t column = index * kPanelColumns;
    PanelTile tile;
    tile.panel = matrix.Panel(index);
    tile.depth = matrix.depth;
    tile.start_stride = output.start_stride;
    tile.y_stride = output.y_stride;
    tile.columns = std::min(kPanelColumns, matrix.columns - column);
    // There is no panel after the last one: fetch the current one again, which costs nothing.
    const int64_t next = std::min(index + 1, end - 1);
    const char* ahead = reinterpret_cast<const char*>(matrix.Panel(next));
    tile.ahead_step = kPanelColumns * sizeof(float) / blocks;
    for (int64_t block = 0; block < blocks; ++block) {
      tile.rows = x.block(block);
      tile.start = output.start == nullptr
                       ? nullptr
                       : output.start + tile.rows.first_row * output.start_stride + column;
      tile.y = output.y + tile.rows.first_row * output.y_stride + column;
      tile.ahead = ahead + block * panel_bytes / blocks;
      MultiplyTile(tile);
    }
  }
}

}  // namespace frazo::gemm
