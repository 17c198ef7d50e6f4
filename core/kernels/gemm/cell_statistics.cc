#include "core/kernels/gemm/cell_statistics.h"

#include <algorithm>
#include <cstdint>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gemm/cell_statistics.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::gemm::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

constexpr int64_t kLanes = HWY_LANES(float);

// Calls work(d, column) for all columns: for vectors of them, and at the end for single floats.
template <typename Work>
HWY_INLINE void ForColumns(int64_t columns, const Work& work) {
  int64_t column = 0;
  const hn::ScalableTag<float> whole;
  for (; column + kLanes <= columns; column += kLanes) work(whole, column);
  const hn::CappedTag<float, 1> single;
  for (; column < columns; ++column) work(single, column);
}

void Compute(const CellRows& cell, const CellStatistics& to) {
  const int64_t columns = cell.columns;
  const float share = cell.rows == 0 ? 0.0f : 1.0f / cell.rows;
  ForColumns(columns, [&](auto d, int64_t column) HWY_ATTR {
    const float* value = cell.values + column;
    auto sum = hn::Zero(d), largest = cell.rows == 0 ? hn::Zero(d) : hn::LoadU(d, value);
    for (int64_t row = 0; row < cell.rows; ++row, value += columns) {
      const auto x = hn::LoadU(d, value);
      sum = hn::Add(sum, x);
      largest = hn::Max(largest, x);
    }
    const auto mean = hn::Mul(sum, hn::Set(d, share));
    auto squares = hn::Zero(d);
    value = cell.values + column;
    for (int64_t row = 0; row < cell.rows; ++row, value += columns) {
      const auto distance = hn::Sub(hn::LoadU(d, value), mean);
      squares = hn::MulAdd(distance, distance, squares);
    }
    hn::StoreU(mean, d, to.means + column);
    hn::StoreU(largest, d, to.maxima + column);
    hn::StoreU(squares, d, to.squares + column);
  });
}

void Count(const CellRows& cell, const float* maxima, float* counts) {
  ForColumns(cell.columns, [&](auto d, int64_t column) HWY_ATTR {
    const float* value = cell.values + column;
    const auto largest = hn::LoadU(d, maxima + column), one = hn::Set(d, 1.0f);
    auto count = hn::Zero(d);
    for (int64_t row = 0; row < cell.rows; ++row, value += cell.columns) {
      count = hn::Add(count, hn::IfThenElseZero(hn::Eq(hn::LoadU(d, value), largest), one));
    }
    hn::StoreU(count, d, counts + column);
  });
}

void Gradient(const float* y, const float* of_y, const CellSlopes& slopes, int64_t columns,
              float* gradient, float* sums) {
  ForColumns(columns, [&](auto d, int64_t column) HWY_ATTR {
    const auto value = hn::LoadU(d, y + column);
    const auto level = hn::Add(hn::LoadU(d, of_y + column), hn::LoadU(d, slopes.shift + column));
    const auto is_largest = hn::Eq(value, hn::LoadU(d, slopes.maxima + column));
    const auto peak = hn::IfThenElseZero(is_largest, hn::LoadU(d, slopes.peak + column));
    const auto slope =
        hn::MulAdd(value, hn::LoadU(d, slopes.factor + column), hn::Add(level, peak));
    const auto open = hn::IfThenElseZero(hn::Gt(value, hn::Zero(d)), slope);
    hn::StoreU(open, d, gradient + column);
    hn::StoreU(hn::Add(hn::LoadU(d, sums + column), open), d, sums + column);
  });
}

}  // namespace frazo::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::gemm {

void ComputeStatistics(const CellRows& cell, const CellStatistics& to) {
  static const auto compute = FRAZO_VECTOR_FUNCTION(Compute);
  compute(cell, to);
}

void CountMaxima(const CellRows& cell, const float* maxima, float* counts) {
  static const auto count = FRAZO_VECTOR_FUNCTION(Count);
  count(cell, maxima, counts);
}

void RectifiedGradient(const float* y, const float* of_y, const CellSlopes& slopes, int64_t columns,
                       float* gradient, float* sums) {
  static const auto compute = FRAZO_VECTOR_FUNCTION(Gradient);
  compute(y, of_y, slopes, columns, gradient, sums);
}

}  // namespace frazo::gemm

#endif  // HWY_ONCE
