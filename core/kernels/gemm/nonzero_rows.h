#ifndef FRAZO_CORE_KERNELS_GEMM_NONZERO_ROWS_H_
#define FRAZO_CORE_KERNELS_GEMM_NONZERO_ROWS_H_

#include <cstdint>
#include <vector>

namespace frazo::gemm {

// The left side of a product is cut into so many values of each row. A piece of the right side,
// [kPieceDepth, kPieceColumns], stays in a core's nearest cache while all rows go through it.
inline constexpr int64_t kPieceDepth = 64;
inline constexpr int64_t kPieceColumns = 128;

// Tells which values of some rows, [rows, depth], are not zero. What a rectifier gives is zero half
// the time, and so is what its gradient lets through: a product that goes from one value to the
// next does half the work. A NaN is not zero.
class NonzeroRows {
 public:
  // The values of all rows that one piece of the right side is multiplied by.
  struct Block {
    // Rows of up to kPieceDepth values; they are `stride` floats apart.
    const float* values;
    int64_t stride;
    // [rows]; bit k tells of value k whether it is not zero.
    const uint64_t* masks;
    int64_t rows;
  };

  // Takes rows [rows, depth], which it does not copy. Allocates only if there is more than ever
  // before.
  void SetRows(const float* values, int64_t rows, int64_t depth);

  // Takes columns of x, [depth, .. ], as rows: row r has the values x[0 .. depth - 1][r]. The rows
  // of x are `stride` floats apart.
  void SetColumns(const float* x, int64_t stride, int64_t rows, int64_t depth);

  int64_t blocks() const { return (depth_ + kPieceDepth - 1) / kPieceDepth; }
  Block block(int64_t index) const;

 private:
  int64_t rows_ = 0;
  int64_t depth_ = 0;
  const float* values_ = nullptr;
  // [blocks, rows].
  std::vector<uint64_t> masks_;
  std::vector<float> columns_;
};

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_NONZERO_ROWS_H_
