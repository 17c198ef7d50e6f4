#ifndef FRAZO_CORE_KERNELS_GEMM_INT8_ROWS_H_
#define FRAZO_CORE_KERNELS_GEMM_INT8_ROWS_H_

#include <cstdint>
#include <vector>

namespace frazo::gemm {

// Added to the whole numbers of rows, because the instructions multiply unsigned by signed bytes.
inline constexpr int32_t kInt8Offset = 128;
// The maximal number of rows that go through a panel together; see row_blocks.h.
inline constexpr int64_t kMaxInt8BlockRows = 12;

// The left side of a product. Each row is its own scale times whole numbers from -127 to 127. The
// rows are in blocks whose sizes differ by one at most. A block is [groups, its rows, kInt8Group],
// with kInt8Offset added; values after the end of the depth are undefined.
class Int8Rows {
 public:
  struct Block {
    const uint8_t* values;
    int64_t first_row;
    int64_t rows;
  };

  // Rounds values [rows, depth]. A row with a value that is not finite gets the scale NaN.
  Int8Rows(const float* values, int64_t rows, int64_t depth);

  int64_t depth() const { return depth_; }
  int64_t block_count() const { return blocks_; }
  Block block(int64_t index) const;
  float scale(int64_t row) const { return scales_[row]; }

 private:
  void SetRow(const float* row, const Block& to, int64_t index_in_block);

  int64_t rows_;
  int64_t depth_;
  int64_t blocks_;
  std::vector<uint8_t> values_;
  std::vector<float> scales_;
  // The whole numbers of the row that is being set.
  std::vector<uint8_t> rounded_;
};

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_INT8_ROWS_H_
