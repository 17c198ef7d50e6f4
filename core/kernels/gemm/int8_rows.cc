#include "core/kernels/gemm/int8_rows.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/kernels/gemm/int8_matrix.h"

namespace frazo::gemm {
namespace {

// Returns infinity or NaN if a value is not finite.
float LargestMagnitude(const float* values, int64_t count) {
  // The bits of floats without their sign are ordered by magnitude, and those of values that are
  // not finite come last. Whole numbers can be compared many at a time.
  int32_t largest = 0;
  for (int64_t i = 0; i < count; ++i) {
    int32_t bits;
    std::memcpy(&bits, values + i, sizeof(bits));
    largest = std::max(largest, bits & 0x7fffffff);
  }
  float magnitude;
  std::memcpy(&magnitude, &largest, sizeof(magnitude));
  return magnitude;
}

}  // namespace

Int8Rows::Int8Rows(const float* values, int64_t rows, int64_t depth)
    : rows_(rows),
      depth_(depth),
      blocks_((rows + kMaxInt8BlockRows - 1) / kMaxInt8BlockRows),
      values_(rows * Int8Groups(depth) * kInt8Group, kInt8Offset),
      scales_(rows),
      rounded_(Int8Groups(depth) * kInt8Group, kInt8Offset) {
  for (int64_t index = 0; index < blocks_; ++index) {
    const Block to = block(index);
    for (int64_t row = 0; row < to.rows; ++row) {
      SetRow(values + (to.first_row + row) * depth, to, row);
    }
  }
}

Int8Rows::Block Int8Rows::block(int64_t index) const {
  const int64_t first = index * rows_ / blocks_;
  return {values_.data() + first * Int8Groups(depth_) * kInt8Group, first,
          (index + 1) * rows_ / blocks_ - first};
}

void Int8Rows::SetRow(const float* row, const Block& to, int64_t index_in_block) {
  const float largest = LargestMagnitude(row, depth_);
  float& scale = scales_[to.first_row + index_in_block];
  if (!std::isfinite(largest)) {
    scale = std::numeric_limits<float>::quiet_NaN();
    return;
  }
  scale = largest / kInt8Limit;
  const float inverse = InverseScale(largest);
  for (int64_t k = 0; k < depth_; ++k) {
    rounded_[k] = static_cast<uint8_t>(RoundToInt8(row[k], inverse) + kInt8Offset);
  }
  uint8_t* group = values_.data() + (to.values - values_.data()) + index_in_block * kInt8Group;
  for (int64_t k = 0; k < depth_; k += kInt8Group) {
    std::memcpy(group, rounded_.data() + k, kInt8Group);
    group += to.rows * kInt8Group;
  }
}

}  // namespace frazo::gemm
