#ifndef FRAZO_CORE_KERNELS_GEMM_RECTIFIED_PRODUCT_H_
#define FRAZO_CORE_KERNELS_GEMM_RECTIFIED_PRODUCT_H_

#include <cstdint>
#include <vector>

#include "core/kernels/gemm/matrix_pieces.h"

namespace frazo::gemm {

// y[r] = relu(x[r] kernel + shared[c]) for the rows r of each cell c, and its derivatives. Made for
// rows that a rectifier has given: zeros of x cost no product, and neither do values whose gradient
// the rectifier stops. A zero times infinity is 0 here.
//
// No result depends on how the work is divided among threads. Does not own its arrays.
class RectifiedProduct {
 public:
  // What has come of the rows, and the derivatives by it, both [rows, columns].
  struct Outcome {
    const float* y;
    const float* of_y;
  };

  // counts: [cells], the number of rows of each cell; those of a cell follow those of the cell
  // before.
  RectifiedProduct(const int32_t* counts, int64_t cells, int64_t depth, int64_t columns);

  int64_t rows() const { return first_rows_.back(); }
  int64_t cells() const { return static_cast<int64_t>(first_rows_.size()) - 1; }

  // Computes y for the cells begin .. end - 1.
  //
  // x: [rows, depth]. kernel: Of [depth, columns]. shared: [cells, columns]. y: [rows, columns].
  void Multiply(const float* x, const MatrixPieces& kernel, const float* shared, int64_t begin,
                int64_t end, float* y) const;

  // Computes the derivatives by x and by shared for the cells begin .. end - 1.
  //
  // transposed: Of the kernel, [columns, depth]. of_x: [rows, depth]. of_shared: [cells, columns].
  void MultiplyBack(const Outcome& outcome, const MatrixPieces& transposed, int64_t begin,
                    int64_t end, float* of_x, float* of_shared) const;

  // Returns in how many parts of the kernel so many threads should compute its derivatives.
  int64_t KernelUnits(int64_t threads) const;

  // Computes the derivatives by the kernel in the parts begin .. end - 1 of `units`.
  //
  // x: [rows, depth]. of_kernel: [depth, columns].
  void KernelGradient(const float* x, const Outcome& outcome, int64_t units, int64_t begin,
                      int64_t end, float* of_kernel) const;

 private:
  // A part of the kernel: some strips of kPieceColumns columns of up to kUnitDepth rows.
  struct Unit {
    int64_t first_depth;
    int64_t depths;
    int64_t first_strip;
    int64_t last_strip;
  };

  Unit UnitAt(int64_t units, int64_t index) const;
  void ComputeUnit(const float* x, const Outcome& outcome, const Unit& unit,
                   float* of_kernel) const;

  int64_t depth_;
  int64_t columns_;
  // [cells + 1].
  std::vector<int64_t> first_rows_;
};

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_RECTIFIED_PRODUCT_H_
