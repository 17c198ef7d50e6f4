#include "core/kernels/gemm/panel_tile.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gemm/panel_tile.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::gemm::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr int64_t kLanes = HWY_LANES(float);
// The number of rows whose sums are kept in registers, two vectors each: 24 of 32 registers, or 12
// of 16.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr int kMaxRows = 12;
#else
constexpr int kMaxRows = 6;
#endif
// Memory limits a single row, so it goes through a panel once.
constexpr int kAllVectors = kPanelColumns / kLanes;
constexpr int kRowVectors = kAllVectors > 8 ? 2 : kAllVectors;
constexpr int64_t kLineBytes = 64;

// Computes the product of kRows rows of the tile with kVectors vectors of columns. Prefetches the
// memory ahead if kFetches.
template <int kRows, int kVectors, bool kFetches>
void MultiplyPart(const PanelTile& tile, int64_t first_row, int64_t first_column) {
  const D d;
  V sums[kRows][kVectors];
#pragma GCC unroll 12
  for (int row = 0; row < kRows; ++row) {
    const float* start = tile.start + (first_row + row) * tile.start_stride + first_column;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      sums[row][v] = tile.start == nullptr ? hn::Zero(d) : hn::LoadU(d, start + v * kLanes);
    }
  }
  const float* values = tile.rows.values + first_row;
  const float* panel = tile.panel + first_column;
  const int64_t panel_stride = tile.panel_stride;
  const char* ahead = tile.ahead;
  for (int64_t k = 0; k < tile.depth; ++k) {
    V columns[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) columns[v] = hn::LoadU(d, panel + v * kLanes);
    if (kFetches) {
      __builtin_prefetch(ahead, 0, 2);
      __builtin_prefetch(ahead + kLineBytes, 0, 2);
      ahead += tile.ahead_step;
    }
#pragma GCC unroll 12
    for (int row = 0; row < kRows; ++row) {
      const V value = hn::Set(d, values[row]);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        sums[row][v] = hn::MulAdd(value, columns[v], sums[row][v]);
      }
    }
    values += tile.rows.rows;
    panel += panel_stride;
  }
#pragma GCC unroll 12
  for (int row = 0; row < kRows; ++row) {
    float* y = tile.y + (first_row + row) * tile.y_stride + first_column;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) hn::StoreU(sums[row][v], d, y + v * kLanes);
  }
}

using PartFunction = void (*)(const PanelTile&, int64_t, int64_t);

constexpr int VectorsFor(int rows) { return rows == 1 ? kRowVectors : 2; }

// The functions for 1 .. kMaxRows rows.
template <bool kFetches, int... kLess>
PartFunction ChoosePart(int64_t rows, std::integer_sequence<int, kLess...>) {
  static constexpr PartFunction kParts[kMaxRows] = {
      MultiplyPart<kLess + 1, VectorsFor(kLess + 1), kFetches>...};
  return kParts[rows - 1];
}

// Multiplies a tile that has all columns.
void MultiplyWhole(const PanelTile& tile) {
  const std::make_integer_sequence<int, kMaxRows> rows_less_one;
  const int64_t parts = (tile.rows.rows + kMaxRows - 1) / kMaxRows;
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t first_row = part * tile.rows.rows / parts;
    const int64_t rows = (part + 1) * tile.rows.rows / parts - first_row;
    const auto multiply = ChoosePart<false>(rows, rows_less_one);
    const auto fetch_too = ChoosePart<true>(rows, rows_less_one);
    const int64_t step = VectorsFor(rows) * kLanes;
    for (int64_t column = 0; column < kPanelColumns; column += step) {
      (part == 0 && column == 0 ? fetch_too : multiply)(tile, first_row, column);
    }
  }
}

}  // namespace frazo::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::gemm {

void MultiplyTile(const PanelTile& tile) {
  static const auto multiply = FRAZO_VECTOR_FUNCTION(MultiplyWhole);
  if (tile.columns == kPanelColumns) return multiply(tile);
  // The last panel's columns go through memory that has space for all columns.
  float whole_rows[kMaxBlockRows * kPanelColumns] = {};
  PanelTile whole = tile;
  whole.columns = kPanelColumns;
  whole.y = whole_rows;
  whole.y_stride = kPanelColumns;
  if (tile.start != nullptr) {
    whole.start = whole_rows;
    whole.start_stride = kPanelColumns;
    for (int64_t row = 0; row < tile.rows.rows; ++row) {
      std::copy_n(tile.start + row * tile.start_stride, tile.columns,
                  whole_rows + row * kPanelColumns);
    }
  }
  multiply(whole);
  for (int64_t row = 0; row < tile.rows.rows; ++row) {
    std::copy_n(whole_rows + row * kPanelColumns, tile.columns, tile.y + row * tile.y_stride);
  }
}

}  // namespace frazo::gemm

#endif  // HWY_ONCE
