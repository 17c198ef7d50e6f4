#include "core/kernels/lstm/weighted_rows.h"

#include <algorithm>
#include <cstdint>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/lstm/weighted_rows.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "core/kernels/lstm/lanes.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::lstm::HWY_NAMESPACE {

// The number of rows that are read side by side. A few streams of memory can be prefetched.
constexpr int kRows = 4;

template <int kCount>
HWY_INLINE void AddRows(const MatrixRows& rows, const float* weights, float* y) {
  for (int64_t i = 0; i < rows.columns; i += kLanes) {
    const int64_t count = std::min(kLanes, rows.columns - i);
    Lanes sum = Load(y + i, count);
#pragma GCC unroll 4
    for (int row = 0; row < kCount; ++row) {
      sum = hn::MulAdd(Fill(weights[row]), Load(rows.values + row * rows.stride + i, count), sum);
    }
    Store(sum, y + i, count);
  }
}

template <int kCount>
HWY_INLINE void Products(const MatrixRows& rows, const float* x, float* y) {
  Lanes sums[kCount];
#pragma GCC unroll 4
  for (int row = 0; row < kCount; ++row) sums[row] = Fill(0);
  for (int64_t i = 0; i < rows.columns; i += kLanes) {
    const int64_t count = std::min(kLanes, rows.columns - i);
    const Lanes factor = Load(x + i, count);
#pragma GCC unroll 4
    for (int row = 0; row < kCount; ++row) {
      sums[row] = hn::MulAdd(factor, Load(rows.values + row * rows.stride + i, count), sums[row]);
    }
  }
#pragma GCC unroll 4
  for (int row = 0; row < kCount; ++row) y[row] = Sum(sums[row]);
}

void Add(const MatrixRows& rows, const float* weights, float* y) {
  MatrixRows rest = rows;
  int64_t row = 0;
  for (; row + kRows <= rows.count; row += kRows) {
    AddRows<kRows>(rest, weights + row, y);
    rest.values += kRows * rows.stride;
  }
  for (; row < rows.count; ++row) {
    AddRows<1>(rest, weights + row, y);
    rest.values += rows.stride;
  }
}

void Multiply(const MatrixRows& rows, const float* x, float* y) {
  MatrixRows rest = rows;
  int64_t row = 0;
  for (; row + kRows <= rows.count; row += kRows) {
    Products<kRows>(rest, x, y + row);
    rest.values += kRows * rows.stride;
  }
  for (; row < rows.count; ++row) {
    Products<1>(rest, x, y + row);
    rest.values += rows.stride;
  }
}

}  // namespace frazo::lstm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::lstm {

void AddWeightedRows(const MatrixRows& rows, const float* weights, float* y) {
  static const auto add = FRAZO_VECTOR_FUNCTION(Add);
  add(rows, weights, y);
}

void MultiplyRows(const MatrixRows& rows, const float* x, float* y) {
  static const auto multiply = FRAZO_VECTOR_FUNCTION(Multiply);
  multiply(rows, x, y);
}

}  // namespace frazo::lstm

#endif  // HWY_ONCE
