#include "core/kernels/gemm/int8_tile.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "core/kernels/gemm/int8_matrix.h"

#define FRAZO_VNNI __attribute__((target("avx512f,avx512vnni")))

namespace frazo::gemm {
namespace {

constexpr int64_t kLanes = 16;
constexpr int kVectors = kPanelColumns / kLanes;
constexpr int64_t kVectorBytes = 64;
// Number of groups by which the panel is prefetched.
constexpr int64_t kAhead = 24;

template <int kRows>
FRAZO_VNNI void Multiply(const Int8Tile& tile) {
  __m512i sums[kRows][kVectors];
#pragma GCC unroll 12
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) sums[row][v] = _mm512_setzero_si512();
  }
  const uint8_t* values = tile.rows.values;
  const int8_t* panel = tile.panel;
  for (int64_t group = 0; group < tile.groups; ++group) {
    __m512i weights[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      weights[v] = _mm512_loadu_si512(panel + v * kVectorBytes);
      _mm_prefetch(reinterpret_cast<const char*>(panel) + (kAhead * kVectors + v) * kVectorBytes,
                   _MM_HINT_T0);
    }
#pragma GCC unroll 12
    for (int row = 0; row < kRows; ++row) {
      int32_t of_row;
      std::memcpy(&of_row, values + row * kInt8Group, sizeof(of_row));
      const __m512i value = _mm512_set1_epi32(of_row);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        sums[row][v] = _mm512_dpbusd_epi32(sums[row][v], value, weights[v]);
      }
    }
    values += kRows * kInt8Group;
    panel += kVectors * kVectorBytes;
  }
#pragma GCC unroll 12
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      _mm512_storeu_si512(tile.sums[row] + v * kLanes, sums[row][v]);
    }
  }
}

using MultiplyFunction = void (*)(const Int8Tile&);
constexpr MultiplyFunction kMultiply[kMaxInt8BlockRows] = {
    Multiply<1>, Multiply<2>, Multiply<3>, Multiply<4>,  Multiply<5>,  Multiply<6>,
    Multiply<7>, Multiply<8>, Multiply<9>, Multiply<10>, Multiply<11>, Multiply<12>,
};

}  // namespace

void MultiplyInt8TileVnni(const Int8Tile& tile) { kMultiply[tile.rows.rows - 1](tile); }

}  // namespace frazo::gemm

#undef FRAZO_VNNI

#else

namespace frazo::gemm {

void MultiplyInt8TileVnni(const Int8Tile&) {}

}  // namespace frazo::gemm

#endif
