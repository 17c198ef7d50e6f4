#include "core/kernels/gemm/int8_product.h"

#include <algorithm>
#include <cstdint>

#include "core/kernels/gemm/int8_tile.h"
#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gemm/int8_product.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "hwy/highway.h"

#ifndef FRAZO_CORE_KERNELS_GEMM_INT8_PRODUCT_ROW_END_
#define FRAZO_CORE_KERNELS_GEMM_INT8_PRODUCT_ROW_END_

namespace frazo::gemm {

// Converts a row of up to kPanelColumns whole sums, of rows with their offset, to floats.
struct RowEnd {
  const int32_t* sums;
  const int32_t* column_sums;
  const float* column_scales;
  float row_scale;
  // Null without bias.
  const float* bias;
  int64_t columns;
  float* y;
};

}  // namespace frazo::gemm

#endif

HWY_BEFORE_NAMESPACE();
namespace frazo::gemm::HWY_NAMESPACE {

// The compiler vectorizes the loops.
void FinishRow(const RowEnd& end) {
  for (int64_t i = 0; i < end.columns; ++i) {
    const int32_t sum = end.sums[i] - kInt8Offset * end.column_sums[i];
    end.y[i] = sum * (end.row_scale * end.column_scales[i]);
  }
  if (end.bias == nullptr) return;
  for (int64_t i = 0; i < end.columns; ++i) end.y[i] += end.bias[i];
}

}  // namespace frazo::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::gemm {

void MultiplyInt8Panels(const Int8Rows& x, const Int8Matrix& matrix, int64_t begin, int64_t end,
                        const float* bias, float* y) {
  static const auto finish = FRAZO_VECTOR_FUNCTION(FinishRow);
  int32_t sums[kMaxInt8BlockRows][kPanelColumns];
  Int8Tile tile;
  tile.groups = Int8Groups(matrix.depth);
  tile.sums = sums;
  for (int64_t index = begin; index < end; ++index) {
    tile.panel = matrix.Panel(index);
    const int64_t first = index * kPanelColumns;
    RowEnd of_row;
    of_row.column_sums = matrix.sums + first;
    of_row.column_scales = matrix.scales + first;
    of_row.bias = bias == nullptr ? nullptr : bias + first;
    of_row.columns = std::min(kPanelColumns, matrix.columns - first);
    for (int64_t block = 0; block < x.block_count(); ++block) {
      tile.rows = x.block(block);
      MultiplyInt8Tile(tile);
      for (int64_t row = 0; row < tile.rows.rows; ++row) {
        of_row.sums = sums[row];
        of_row.row_scale = x.scale(tile.rows.first_row + row);
        of_row.y = y + (tile.rows.first_row + row) * matrix.columns + first;
        finish(of_row);
      }
    }
  }
}

}  // namespace frazo::gemm

#endif  // HWY_ONCE
