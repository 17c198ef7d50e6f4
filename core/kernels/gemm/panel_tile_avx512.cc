#include "core/kernels/gemm/panel_tile_avx512.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"

#define FRAZO_AVX512 __attribute__((target("avx512f")))

namespace frazo::gemm {
namespace {

constexpr int64_t kLanes = 16;
constexpr int kVectors = kPanelColumns / kLanes;
constexpr int64_t kLineBytes = 64;

__mmask16 LaneMask(int64_t lanes) {
  return lanes >= kLanes ? 0xffff : lanes <= 0 ? 0 : (1 << lanes) - 1;
}

template <int kRows>
FRAZO_AVX512 void Multiply(const PanelTile& tile) {
  __m512 sums[kRows][kVectors];
  __mmask16 masks[kVectors];
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) masks[v] = LaneMask(tile.columns - v * kLanes);
#pragma GCC unroll 12
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      sums[row][v] =
          tile.start == nullptr
              ? _mm512_setzero_ps()
              : _mm512_maskz_loadu_ps(masks[v], tile.start + row * tile.start_stride + v * kLanes);
    }
  }
  const float* values = tile.rows.values;
  const float* panel = tile.panel;
  const char* ahead = tile.ahead;
  for (int64_t k = 0; k < tile.depth; ++k) {
    __m512 columns[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      columns[v] = _mm512_loadu_ps(panel + v * kLanes);
      _mm_prefetch(ahead + v * kLineBytes, _MM_HINT_T1);
    }
#pragma GCC unroll 12
    for (int row = 0; row < kRows; ++row) {
      const __m512 value = _mm512_set1_ps(values[row]);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        sums[row][v] = _mm512_fmadd_ps(value, columns[v], sums[row][v]);
      }
    }
    values += kRows;
    panel += kPanelColumns;
    ahead += tile.ahead_step;
  }
#pragma GCC unroll 12
  for (int row = 0; row < kRows; ++row) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      _mm512_mask_storeu_ps(tile.y + row * tile.y_stride + v * kLanes, masks[v], sums[row][v]);
    }
  }
}

using MultiplyFunction = void (*)(const PanelTile&);
constexpr MultiplyFunction kMultiply[kMaxBlockRows] = {
    Multiply<1>, Multiply<2>, Multiply<3>, Multiply<4>,  Multiply<5>,  Multiply<6>,
    Multiply<7>, Multiply<8>, Multiply<9>, Multiply<10>, Multiply<11>, Multiply<12>,
};

}  // namespace

bool HasAvx512() {
  static const bool has = __builtin_cpu_supports("avx512f");
  return has;
}

void MultiplyTileAvx512(const PanelTile& tile) { kMultiply[tile.rows.rows - 1](tile); }

}  // namespace frazo::gemm

#undef FRAZO_AVX512

#else

namespace frazo::gemm {

bool HasAvx512() { return false; }

void MultiplyTileAvx512(const PanelTile&) {}

}  // namespace frazo::gemm

#endif
