#include <cstdint>

#include "core/kernels/gemm/int8_matrix.h"
#include "core/kernels/gemm/int8_tile.h"

namespace frazo::gemm {

void MultiplyInt8TilePortable(const Int8Tile& tile) {
  for (int64_t row = 0; row < tile.rows.rows; ++row) {
    int32_t sums[kPanelColumns] = {};
    for (int64_t group = 0; group < tile.groups; ++group) {
      const uint8_t* values = tile.rows.values + (group * tile.rows.rows + row) * kInt8Group;
      const int8_t* weights = tile.panel + group * kPanelColumns * kInt8Group;
      for (int64_t column = 0; column < kPanelColumns; ++column) {
        for (int64_t i = 0; i < kInt8Group; ++i) {
          sums[column] += int32_t{values[i]} * weights[column * kInt8Group + i];
        }
      }
    }
    for (int64_t column = 0; column < kPanelColumns; ++column) {
      tile.sums[row][column] = sums[column];
    }
  }
}

}  // namespace frazo::gemm
