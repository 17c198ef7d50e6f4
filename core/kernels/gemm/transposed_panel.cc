#include "core/kernels/gemm/transposed_panel.h"

#include <algorithm>
#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gemm/transposed_panel.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::gemm::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

// Four rows that are read side by side.
struct FourRows {
  const float* row[4];
};

// Writes the columns 0 .. depth - 1 of four rows: to[k * stride + i] = row[i][k].
HWY_INLINE void TransposeFour(const FourRows& from, int64_t depth, int64_t stride, float* to) {
  int64_t k = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::FixedTag<float, 4> d;
  const hn::FixedTag<double, 2> pairs;
  for (; k + 4 <= depth; k += 4) {
    const auto a = hn::LoadU(d, from.row[0] + k), b = hn::LoadU(d, from.row[1] + k);
    const auto c = hn::LoadU(d, from.row[2] + k), e = hn::LoadU(d, from.row[3] + k);
    // a0 b0 a1 b1, and so on: pairs of neighbours are moved as doubles.
    const auto ab_low = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
    const auto ab_high = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
    const auto ce_low = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
    const auto ce_high = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
    float* out = to + k * stride;
    hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_low, ce_low)), d, out);
    hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_low, ce_low)), d, out + stride);
    hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab_high, ce_high)), d, out + 2 * stride);
    hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_high, ce_high)), d, out + 3 * stride);
  }
#endif
  for (; k < depth; ++k) {
    for (int64_t i = 0; i < 4; ++i) to[k * stride + i] = from.row[i][k];
  }
}

void PackTransposed(const MatrixToPack& matrix, int64_t index, float* panel) {
  const int64_t first = index * kPanelColumns, depth = matrix.depth;
  const int64_t width = std::min(kPanelColumns, matrix.columns - first);
  // One cache line of each row at a time, so that the lines of the panel stay in the nearest cache.
  constexpr int64_t kStep = 16;
  for (int64_t k = 0; k < depth; k += kStep) {
    const int64_t steps = std::min(kStep, depth - k);
    const float* values = matrix.values + first * depth + k;
    float* to = panel + k * kPanelColumns;
    int64_t i = 0;
    for (; i + 4 <= width; i += 4) {
      const float* row = values + i * depth;
      TransposeFour({{row, row + depth, row + 2 * depth, row + 3 * depth}}, steps, kPanelColumns,
                    to + i);
    }
    for (; i < kPanelColumns; ++i) {
      for (int64_t step = 0; step < steps; ++step) {
        to[step * kPanelColumns + i] = i < width ? values[i * depth + step] : 0;
      }
    }
  }
}

void Interleave(const float* x, int64_t depth, const int64_t* indices, int64_t count,
                float* packed) {
  int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    TransposeFour({{x + indices[i] * depth, x + indices[i + 1] * depth, x + indices[i + 2] * depth,
                    x + indices[i + 3] * depth}},
                  depth, count, packed + i);
  }
  for (; i < count; ++i) {
    const float* row = x + indices[i] * depth;
    for (int64_t k = 0; k < depth; ++k) packed[k * count + i] = row[k];
  }
}

void Transpose(const StridedRows& rows, int64_t to_stride, float* to) {
  const int64_t stride = rows.stride;
  int64_t i = 0;
  for (; i + 4 <= rows.count; i += 4) {
    const float* row = rows.values + i * stride;
    TransposeFour({{row, row + stride, row + 2 * stride, row + 3 * stride}}, rows.depth, to_stride,
                  to + i);
  }
  for (; i < rows.count; ++i) {
    for (int64_t k = 0; k < rows.depth; ++k) to[k * to_stride + i] = rows.values[i * stride + k];
  }
}

}  // namespace frazo::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::gemm {

void PackPanelFast(const MatrixToPack& matrix, int64_t index, float* panel) {
  static const auto pack = FRAZO_VECTOR_FUNCTION(PackTransposed);
  if (!matrix.is_transposed) return PackPanel(matrix, index, panel);
  pack(matrix, index, panel);
}

void PackPanels(const MatrixToPack& matrix, int64_t begin, int64_t end, float* panels) {
  for (int64_t index = begin; index < end; ++index) {
    PackPanelFast(matrix, index, panels + index * matrix.depth * kPanelColumns);
  }
}

void InterleaveRows(const float* x, int64_t depth, const int64_t* indices, int64_t count,
                    float* packed) {
  static const auto interleave = FRAZO_VECTOR_FUNCTION(Interleave);
  interleave(x, depth, indices, count, packed);
}

void TransposeRows(const StridedRows& rows, int64_t to_stride, float* to) {
  static const auto transpose = FRAZO_VECTOR_FUNCTION(Transpose);
  transpose(rows, to_stride, to);
}

}  // namespace frazo::gemm

#endif  // HWY_ONCE
