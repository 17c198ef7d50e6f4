#include "core/kernels/gemm/row_blocks.h"

#include <cstdint>

namespace frazo::gemm {

void RowBlocks::Set(const float* values, int64_t rows, int64_t depth, int64_t stride) {
  Resize(rows, depth);
  Fill(values, stride, 0, depth);
}

void RowBlocks::Resize(int64_t rows, int64_t depth) {
  rows_ = rows;
  depth_ = depth;
  blocks_ = (rows + kMaxBlockRows - 1) / kMaxBlockRows;
  if (values_.size() < rows * depth) values_.resize(rows * depth);
}

void RowBlocks::Fill(const float* values, int64_t stride, int64_t begin, int64_t end) {
  for (int64_t index = 0; index < blocks_; ++index) {
    const Block to = block(index);
    float* packed = values_.data() + to.first_row * depth_;
    for (int64_t row = 0; row < to.rows; ++row) {
      const float* from = values + (to.first_row + row) * stride;
      for (int64_t k = begin; k < end; ++k) packed[k * to.rows + row] = from[k];
    }
  }
}

RowBlocks::Block RowBlocks::block(int64_t index) const {
  const int64_t first = index * rows_ / blocks_;
  return {values_.data() + first * depth_, first, (index + 1) * rows_ / blocks_ - first};
}

}  // namespace frazo::gemm
