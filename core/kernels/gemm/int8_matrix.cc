#include "core/kernels/gemm/int8_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/gemm/int8_matrix.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "hwy/highway.h"

// The compiler vectorizes the loops.
HWY_BEFORE_NAMESPACE();
namespace frazo::gemm::HWY_NAMESPACE {

// Writes words in little-endian order on every processor.
HWY_INLINE void StoreWords(const uint32_t* words, int8_t* bytes) {
  for (int64_t i = 0; i < kPanelColumns; ++i) {
    for (int64_t byte = 0; byte < kInt8Group; ++byte) {
      bytes[i * kInt8Group + byte] = static_cast<int8_t>(words[i] >> (8 * byte));
    }
  }
}

// Converts a panel of floats, [depth, kPanelColumns], to whole numbers, and sets kPanelColumns
// scales and sums.
void QuantizePanel(const float* panel, int64_t depth, int8_t* rounded, float* scales,
                   int32_t* sums) {
  float largest[kPanelColumns] = {};
  for (int64_t k = 0; k < depth; ++k) {
    for (int64_t column = 0; column < kPanelColumns; ++column) {
      const float size = std::fabs(panel[k * kPanelColumns + column]);
      largest[column] = size > largest[column] ? size : largest[column];
    }
  }
  float inverses[kPanelColumns];
  for (int64_t column = 0; column < kPanelColumns; ++column) {
    scales[column] = largest[column] / kInt8Limit;
    inverses[column] = InverseScale(largest[column]);
    sums[column] = 0;
  }
  for (int64_t first = 0; first < depth; first += kInt8Group) {
    // The first value is in the lowest byte.
    uint32_t words[kPanelColumns] = {};
    for (int64_t k = first; k < std::min(depth, first + kInt8Group); ++k) {
      const int64_t shift = 8 * (k - first);
      for (int64_t column = 0; column < kPanelColumns; ++column) {
        const int32_t value = RoundToInt8(panel[k * kPanelColumns + column], inverses[column]);
        sums[column] += value;
        words[column] |= (static_cast<uint32_t>(value) & 0xff) << shift;
      }
    }
    StoreWords(words, rounded + first * kPanelColumns);
  }
}

}  // namespace frazo::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::gemm {

void QuantizePanels(const MatrixToPack& matrix, int64_t begin, int64_t end,
                    const Int8MatrixMemory& memory) {
  static const auto quantize = FRAZO_VECTOR_FUNCTION(QuantizePanel);
  std::vector<float> panel(matrix.depth * kPanelColumns);
  float scales[kPanelColumns];
  int32_t sums[kPanelColumns];
  for (int64_t index = begin; index < end; ++index) {
    PackPanel(matrix, index, panel.data());
    quantize(panel.data(), matrix.depth, memory.panels + index * Int8PanelSize(matrix.depth),
             scales, sums);
    const int64_t first = index * kPanelColumns;
    const int64_t width = std::min(kPanelColumns, matrix.columns - first);
    std::copy(scales, scales + width, memory.scales + first);
    std::copy(sums, sums + width, memory.sums + first);
  }
}

}  // namespace frazo::gemm

#endif  // HWY_ONCE
