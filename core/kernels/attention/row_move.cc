#include "core/kernels/attention/row_move.h"

#include <cstdint>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/attention/row_move.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::attention::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr int64_t kLanes = HWY_LANES(float);

HWY_INLINE void ScaleRow(const float* from, int64_t size, float scale, float* to) {
  const D d;
  const V scales = hn::Set(d, scale);
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    hn::StoreU(hn::Mul(scales, hn::LoadU(d, from + i)), d, to + i);
  }
  for (; i < size; ++i) to[i] = scale * from[i];
}

// The sines are multiplied by sine_scale, which is scale or -scale.
HWY_INLINE void RotateRow(const float* from, const float* rotation, int64_t half, float scale,
                          float sine_scale, float* to) {
  const D d;
  int64_t i = 0;
  for (; i + kLanes <= half; i += kLanes) {
    const V cosine = hn::Mul(hn::Set(d, scale), hn::LoadU(d, rotation + i));
    const V sine = hn::Mul(hn::Set(d, sine_scale), hn::LoadU(d, rotation + half + i));
    const V first = hn::LoadU(d, from + i), second = hn::LoadU(d, from + half + i);
    hn::StoreU(hn::NegMulAdd(second, sine, hn::Mul(first, cosine)), d, to + i);
    hn::StoreU(hn::MulAdd(first, sine, hn::Mul(second, cosine)), d, to + half + i);
  }
  for (; i < half; ++i) {
    const float cosine = scale * rotation[i], sine = sine_scale * rotation[half + i];
    const float first = from[i], second = from[half + i];
    to[i] = first * cosine - second * sine;
    to[half + i] = second * cosine + first * sine;
  }
}

void Move(const RowMove& move, float* to, int64_t stride) {
  const Rotations& rotations = move.rotations;
  const float sine_scale = rotations.back ? -move.scale : move.scale;
  for (int64_t row = 0; row < move.rows; ++row) {
    const float* from = move.from + row * move.from_stride;
    if (rotations.values == nullptr) {
      ScaleRow(from, move.size, move.scale, to + row * stride);
    } else {
      RotateRow(from, rotations.values + row * move.size, move.size / 2, move.scale, sine_scale,
                to + row * stride);
    }
  }
}

void MultiplyPairs(const float* a, const float* b, int64_t stride, int64_t rows, int64_t size,
                   float* products) {
  const D d;
  for (int64_t row = 0; row < rows; ++row) {
    const float* left = a + row * stride;
    const float* right = b + row * stride;
    V sums = hn::Zero(d);
    int64_t i = 0;
    for (; i + kLanes <= size; i += kLanes) {
      sums = hn::MulAdd(hn::LoadU(d, left + i), hn::LoadU(d, right + i), sums);
    }
    float sum = hn::GetLane(hn::SumOfLanes(d, sums));
    for (; i < size; ++i) sum += left[i] * right[i];
    products[row] = sum;
  }
}

}  // namespace frazo::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::attention {

void MoveRows(const RowMove& move, float* to, int64_t stride) {
  static const auto function = FRAZO_VECTOR_FUNCTION(Move);
  function(move, to, stride);
}

void MultiplyRowPairs(const float* a, const float* b, int64_t stride, int64_t rows, int64_t size,
                      float* products) {
  static const auto multiply = FRAZO_VECTOR_FUNCTION(MultiplyPairs);
  multiply(a, b, stride, rows, size, products);
}

}  // namespace frazo::attention

#endif  // HWY_ONCE
