#include "core/kernels/gemm/int8_tile.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include "core/kernels/gemm/int8_matrix.h"
#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gemm/int8_tile.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::gemm::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<int32_t>;
using V = hn::Vec<D>;

// Multiplies a group of a row by the values of as many columns as there are lanes.
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR

// Bytes 0 and 2 of each group, and bytes 1 and 3, as 16-bit numbers: one instruction multiplies and
// adds two of them.
struct Weights {
  hn::Vec<hn::Repartition<int16_t, D>> even;
  hn::Vec<hn::Repartition<int16_t, D>> odd;
};

HWY_INLINE Weights LoadWeights(D d, const int8_t* panel) {
  const hn::Repartition<int16_t, D> d16;
  const hn::Repartition<int8_t, D> d8;
  const auto pairs = hn::BitCast(d16, hn::LoadU(d8, panel));
  return {hn::ShiftRight<8>(hn::ShiftLeft<8>(pairs)), hn::ShiftRight<8>(pairs)};
}

// A row's group, repeated in each lane.
struct Values {
  hn::Vec<hn::Repartition<int16_t, D>> even;
  hn::Vec<hn::Repartition<int16_t, D>> odd;
};

HWY_INLINE Values LoadValues(D d, const uint8_t* group) {
  const hn::Repartition<int16_t, D> d16;
  const hn::Repartition<uint16_t, D> du16;
  int32_t word;
  std::memcpy(&word, group, sizeof(word));
  const V words = hn::Set(d, word);
  return {hn::BitCast(d16, hn::And(words, hn::Set(d, 0x00ff00ff))),
          hn::BitCast(d16, hn::ShiftRight<8>(hn::BitCast(du16, words)))};
}

HWY_INLINE V AddGroup(D d, const Values& values, const Weights& weights, V sum) {
  V unused = hn::Zero(d);
  sum = hn::ReorderWidenMulAccumulate(d, values.even, weights.even, sum, unused);
  return hn::ReorderWidenMulAccumulate(d, values.odd, weights.odd, sum, unused);
}

#else

// The bytes of each group as 32-bit numbers.
struct Weights {
  V bytes[kInt8Group];
};

HWY_INLINE Weights LoadWeights(D d, const int8_t* panel) {
  V groups;
#if HWY_TARGET == HWY_SCALAR
  int32_t group;
  std::memcpy(&group, panel, sizeof(group));
  groups = hn::Set(d, group);
#else
  groups = hn::BitCast(d, hn::LoadU(hn::Repartition<int8_t, D>(), panel));
#endif
  return {{hn::ShiftRight<24>(hn::ShiftLeft<24>(groups)),
           hn::ShiftRight<24>(hn::ShiftLeft<16>(groups)),
           hn::ShiftRight<24>(hn::ShiftLeft<8>(groups)), hn::ShiftRight<24>(groups)}};
}

using Values = Weights;

HWY_INLINE Values LoadValues(D d, const uint8_t* group) {
  return {{hn::Set(d, group[0]), hn::Set(d, group[1]), hn::Set(d, group[2]), hn::Set(d, group[3])}};
}

HWY_INLINE V AddGroup(D, const Values& values, const Weights& weights, V sum) {
  for (int i = 0; i < kInt8Group; ++i) {
    sum = hn::Add(sum, hn::Mul(values.bytes[i], weights.bytes[i]));
  }
  return sum;
}

#endif

constexpr int64_t kLanes = HWY_LANES(int32_t);
// The number of vectors and rows of sums that are kept in registers: 24 of 32, or 8 of 16.
constexpr int kVectors = 2;
#if HWY_TARGET == HWY_AVX3
constexpr int kMaxRows = 12;
#else
constexpr int kMaxRows = 4;
#endif
constexpr int64_t kColumns = kVectors * kLanes;

template <int kRows>
void MultiplyPart(const Int8Tile& tile, int64_t first_row, int64_t first_column) {
  const D d;
  V sums[kRows][kVectors];
#pragma GCC unroll 12
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) sums[row][v] = hn::Zero(d);
  }
  const uint8_t* values = tile.rows.values + first_row * kInt8Group;
  const int8_t* panel = tile.panel + first_column * kInt8Group;
  for (int64_t group = 0; group < tile.groups; ++group) {
    const Weights weights[kVectors] = {LoadWeights(d, panel),
                                       LoadWeights(d, panel + kLanes * kInt8Group)};
#pragma GCC unroll 12
    for (int row = 0; row < kRows; ++row) {
      const Values of_row = LoadValues(d, values + row * kInt8Group);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        sums[row][v] = AddGroup(d, of_row, weights[v], sums[row][v]);
      }
    }
    values += tile.rows.rows * kInt8Group;
    panel += kPanelColumns * kInt8Group;
  }
#pragma GCC unroll 12
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      hn::StoreU(sums[row][v], d, tile.sums[first_row + row] + first_column + v * kLanes);
    }
  }
}

using PartFunction = void (*)(const Int8Tile&, int64_t, int64_t);

// The functions for 1 .. kMaxRows rows.
template <int... kLess>
PartFunction ChoosePart(int64_t rows, std::integer_sequence<int, kLess...>) {
  static constexpr PartFunction kParts[kMaxRows] = {MultiplyPart<kLess + 1>...};
  return kParts[rows - 1];
}

void MultiplyWhole(const Int8Tile& tile) {
  const int64_t parts = (tile.rows.rows + kMaxRows - 1) / kMaxRows;
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t first_row = part * tile.rows.rows / parts;
    const int64_t rows = (part + 1) * tile.rows.rows / parts - first_row;
    const auto multiply = ChoosePart(rows, std::make_integer_sequence<int, kMaxRows>());
    for (int64_t column = 0; column < kPanelColumns; column += kColumns) {
      multiply(tile, first_row, column);
    }
  }
}

}  // namespace frazo::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::gemm {

void MultiplyInt8Tile(const Int8Tile& tile) {
  static const auto multiply =
      numeric::HasAvx512Vnni() ? MultiplyInt8TileVnni : FRAZO_VECTOR_FUNCTION(MultiplyWhole);
  multiply(tile);
}

}  // namespace frazo::gemm

#endif  // HWY_ONCE
