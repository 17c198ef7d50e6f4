#include "core/kernels/gemm/nonzero_product.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/kernels/gemm/nonzero_rows.h"
#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gemm/nonzero_product.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::gemm::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

constexpr int64_t kLanes = HWY_LANES(float);
// The sums of a row that stay in registers while its values are added. Each product reads its
// vector of the piece from the nearest cache, which keeps up with one product a cycle.
constexpr int kMaxVectors = kPieceColumns / kLanes < 8 ? kPieceColumns / kLanes : 8;

template <int kVectors>
void AddColumns(const NonzeroRows::Block& rows, const float* piece, float* sums) {
  const hn::ScalableTag<float> d;
  for (int64_t row = 0; row < rows.rows; ++row) {
    hn::Vec<decltype(d)> totals[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) totals[v] = hn::LoadU(d, sums + v * kLanes);
    const float* values = rows.values + row * rows.stride;
    for (uint64_t rest = rows.masks[row]; rest != 0; rest &= rest - 1) {
      const int64_t k = hwy::Num0BitsBelowLS1Bit_Nonzero64(rest);
      const auto value = hn::Set(d, values[k]);
      const float* right = piece + k * kPieceColumns;
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        totals[v] = hn::MulAdd(value, hn::LoadU(d, right + v * kLanes), totals[v]);
      }
    }
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) hn::StoreU(totals[v], d, sums + v * kLanes);
    sums += kPieceColumns;
  }
}

using ColumnsFunction = void (*)(const NonzeroRows::Block&, const float*, float*);

template <int... kLess>
ColumnsFunction ChooseColumns(int64_t vectors, std::integer_sequence<int, kLess...>) {
  static constexpr ColumnsFunction kFunctions[] = {AddColumns<kLess + 1>...};
  return kFunctions[vectors - 1];
}

void AddProduct(const NonzeroRows::Block& rows, const float* piece, int64_t columns, float* sums) {
  for (int64_t column = 0; column < columns; column += kMaxVectors * kLanes) {
    const int64_t vectors = (columns - column + kLanes - 1) / kLanes;
    const auto add = ChooseColumns(std::min<int64_t>(vectors, kMaxVectors),
                                   std::make_integer_sequence<int, kMaxVectors>());
    add(rows, piece + column, sums + column);
  }
}

}  // namespace frazo::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::gemm {

void AddNonzeroProduct(const NonzeroRows::Block& rows, const float* piece, int64_t columns,
                       float* sums) {
  static const auto add = FRAZO_VECTOR_FUNCTION(AddProduct);
  add(rows, piece, columns, sums);
}

}  // namespace frazo::gemm

#endif  // HWY_ONCE
