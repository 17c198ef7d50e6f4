#include "core/kernels/gemm/nonzero_rows.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/kernels/gemm/transposed_panel.h"
#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gemm/nonzero_rows.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::gemm::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
constexpr int64_t kLanes = HWY_LANES(float);

// Loads the first `count` values of a vector; the others are 0.
HWY_INLINE hn::Vec<D> LoadFirst(const float* values, int64_t count) {
  if (count >= kLanes) return hn::LoadU(D(), values);
  float whole[kLanes] = {};
  std::copy_n(values, count, whole);
  return hn::LoadU(D(), whole);
}

// Returns a bit for each of up to kPieceDepth values; see NonzeroRows.
uint64_t MaskOf(const float* values, int64_t count) {
  const D d;
  uint64_t mask = 0;
  for (int64_t k = 0; k < count; k += kLanes) {
    const auto counts = hn::Not(hn::Eq(LoadFirst(values + k, count - k), hn::Zero(d)));
    uint8_t bytes[8] = {};
    hn::StoreMaskBits(d, counts, bytes);
    uint64_t bits;
    std::memcpy(&bits, bytes, sizeof(bits));
    mask |= bits << k;
  }
  return mask;
}

}  // namespace frazo::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::gemm {

void NonzeroRows::SetRows(const float* values, int64_t rows, int64_t depth) {
  static const auto mask_of = FRAZO_VECTOR_FUNCTION(MaskOf);
  rows_ = rows;
  depth_ = depth;
  values_ = values;
  if (masks_.size() < rows * blocks()) masks_.resize(rows * blocks());
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t first = 0; first < depth; first += kPieceDepth) {
      masks_[first / kPieceDepth * rows + row] =
          mask_of(values + row * depth + first, std::min(kPieceDepth, depth - first));
    }
  }
}

void NonzeroRows::SetColumns(const float* x, int64_t stride, int64_t rows, int64_t depth) {
  if (columns_.size() < rows * depth) columns_.resize(rows * depth);
  TransposeRows({x, depth, rows, stride}, depth, columns_.data());
  SetRows(columns_.data(), rows, depth);
}

NonzeroRows::Block NonzeroRows::block(int64_t index) const {
  return {values_ + index * kPieceDepth, depth_, masks_.data() + index * rows_, rows_};
}

}  // namespace frazo::gemm

#endif  // HWY_ONCE
