#ifndef FRAZO_CORE_KERNELS_GEMM_ROW_BLOCKS_H_
#define FRAZO_CORE_KERNELS_GEMM_ROW_BLOCKS_H_

#include <cstdint>
#include <vector>

namespace frazo::gemm {

// The maximal number of rows that go through a panel together. Two vectors of sums for each row and
// two of the panel fill 26 of AVX-512's 32 registers.
inline constexpr int64_t kMaxBlockRows = 12;

// The left side of a product: rows [rows, depth] in blocks of up to kMaxBlockRows, whose sizes
// differ by one at most. A block is [depth, its rows], so that the values of a step of the product
// are contiguous.
class RowBlocks {
 public:
  struct Block {
    // [depth, rows].
    const float* values;
    int64_t first_row;
    int64_t rows;
  };

  // Takes rows that are `stride` floats apart. Allocates only if there are more than ever before.
  void Set(const float* values, int64_t rows, int64_t depth, int64_t stride);

  // Sets the rows in parts, which several threads may do: Resize, and then Fill for ranges that
  // together are 0 .. depth - 1.
  void Resize(int64_t rows, int64_t depth);
  void Fill(const float* values, int64_t stride, int64_t begin, int64_t end);

  int64_t depth() const { return depth_; }
  int64_t block_count() const { return blocks_; }
  Block block(int64_t index) const;

 private:
  int64_t rows_ = 0;
  int64_t depth_ = 0;
  int64_t blocks_ = 0;
  std::vector<float> values_;
};

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_ROW_BLOCKS_H_
