#ifndef FRAZO_CORE_KERNELS_GEMM_RECTIFIED_PRODUCT_H_
#define FRAZO_CORE_KERNELS_GEMM_RECTIFIED_PRODUCT_H_

#include <cstdint>
#include <vector>

#include "core/kernels/gemm/cell_statistics.h"
#include "core/kernels/gemm/matrix_pieces.h"

namespace frazo::gemm {

// y[r] = relu(x[r] kernel + shared[c]) for the rows r of each cell c, what the rows of a cell have
// in common, and the derivatives. Made for rows that a rectifier has given: zeros of x cost no
// product, and neither do values whose gradient the rectifier stops. A zero times infinity is 0
// here.
//
// No result depends on how the work is divided among threads. Does not own its arrays.
class RectifiedProduct {
 public:
  // What comes of the rows.
  struct Outcome {
    // [rows, columns].
    float* y;
    // [cells, columns] each.
    CellStatistics of_cells;
  };

  // The derivatives by what came of the rows.
  struct Slopes {
    // [rows, columns], what came, and the derivatives by it.
    const float* y;
    const float* of_y;
    // [cells, columns].
    const float* maxima;
    const float* of_means;
    const float* of_maxima;
    // [columns]: all values of a column count for its moments, too: by factor y + shift.
    const float* factor;
    const float* shift;
  };

  // The derivatives by what the rows are made of.
  struct Gradients {
    // [rows, columns], those by the sums before they were rectified.
    float* of_sums;
    // [rows, depth].
    float* of_x;
    // [cells, columns].
    float* of_shared;
  };

  // counts: [cells], the number of rows of each cell; those of a cell follow those of the cell
  // before.
  RectifiedProduct(const int32_t* counts, int64_t cells, int64_t depth, int64_t columns);

  int64_t rows() const { return first_rows_.back(); }
  int64_t cells() const { return static_cast<int64_t>(first_rows_.size()) - 1; }

  // Computes what comes of the cells begin .. end - 1.
  //
  // x: [rows, depth]. kernel: Of [depth, columns]. shared: [cells, columns].
  void Multiply(const float* x, const MatrixPieces& kernel, const float* shared, int64_t begin,
                int64_t end, const Outcome& to) const;

  // Computes the mean and the variance of all values of each column, [columns]; 0 without rows.
  void Moments(const CellStatistics& of_cells, float* mean, float* variance) const;

  // Computes the derivatives for the cells begin .. end - 1.
  //
  // transposed: Of the kernel, [columns, depth].
  void MultiplyBack(const Slopes& slopes, const MatrixPieces& transposed, int64_t begin,
                    int64_t end, const Gradients& to) const;

  // Returns in how many parts of the kernel so many threads should compute its derivatives.
  int64_t KernelUnits(int64_t threads) const;

  // Computes the derivatives by the kernel in the parts begin .. end - 1 of `units`.
  //
  // x: [rows, depth]. of_sums: [rows, columns], from MultiplyBack. of_kernel: [depth, columns].
  void KernelGradient(const float* x, const float* of_sums, int64_t units, int64_t begin,
                      int64_t end, float* of_kernel) const;

 private:
  // Some rows that go through the matrix together.
  struct Chunk {
    int64_t first;
    int64_t rows;
    // The cell of the first row.
    int64_t cell;
  };

  // A part of the kernel: some strips of kPieceColumns columns of up to kUnitDepth rows.
  struct Unit {
    int64_t first_depth;
    int64_t depths;
    int64_t first_strip;
    int64_t last_strip;
  };

  void SetShared(const float* shared, const Chunk& chunk, int64_t strip, float* sums) const;
  void ComputeStatisticsOf(int64_t cell, const Outcome& outcome) const;
  Unit UnitAt(int64_t units, int64_t index) const;
  void ComputeUnit(const float* x, const float* of_sums, const Unit& unit, float* of_kernel) const;

  int64_t depth_;
  int64_t columns_;
  // [cells + 1].
  std::vector<int64_t> first_rows_;
};

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_RECTIFIED_PRODUCT_H_
