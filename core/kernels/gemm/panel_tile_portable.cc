#include "core/kernels/gemm/panel_tile_portable.h"

#include <algorithm>
#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"

namespace frazo::gemm {
namespace {

// With a whole panel's columns of more rows the sums do not fit into the registers.
constexpr int64_t kRowsAtOnce = 2;

// Written without a processor in mind; the compiler makes vectors of the inner loop.
inline __attribute__((always_inline)) void MultiplyRows(const PanelTile& tile, int64_t first,
                                                        int64_t rows) {
  float sums[kRowsAtOnce][kPanelColumns] = {};
  for (int64_t row = 0; row < rows && tile.start != nullptr; ++row) {
    const float* start = tile.start + (first + row) * tile.start_stride;
    std::copy(start, start + tile.columns, sums[row]);
  }
  for (int64_t k = 0; k < tile.depth; ++k) {
    const float* panel = tile.panel + k * kPanelColumns;
    const float* values = tile.rows.values + k * tile.rows.rows + first;
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t column = 0; column < kPanelColumns; ++column) {
        sums[row][column] += values[row] * panel[column];
      }
    }
  }
  for (int64_t row = 0; row < rows; ++row) {
    std::copy(sums[row], sums[row] + tile.columns, tile.y + (first + row) * tile.y_stride);
  }
}

inline __attribute__((always_inline)) void MultiplyTile(const PanelTile& tile) {
  int64_t row = 0;
  for (; row + kRowsAtOnce <= tile.rows.rows; row += kRowsAtOnce) {
    MultiplyRows(tile, row, kRowsAtOnce);
  }
  if (row < tile.rows.rows) MultiplyRows(tile, row, 1);
}

#if defined(__x86_64__)

__attribute__((target("avx2,fma"))) void MultiplyTileAvx2(const PanelTile& tile) {
  MultiplyTile(tile);
}

bool HasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has;
}

#else

void MultiplyTileAvx2(const PanelTile&) {}

bool HasAvx2() { return false; }

#endif

}  // namespace

void MultiplyTilePortable(const PanelTile& tile) {
  if (HasAvx2()) {
    MultiplyTileAvx2(tile);
  } else {
    MultiplyTile(tile);
  }
}

}  // namespace frazo::gemm
