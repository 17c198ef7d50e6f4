#ifndef FRAZO_CORE_KERNELS_GEMM_CELL_STATISTICS_H_
#define FRAZO_CORE_KERNELS_GEMM_CELL_STATISTICS_H_

#include <cstdint>

namespace frazo::gemm {

// The rows of a cell, [rows, columns].
struct CellRows {
  const float* values;
  int64_t rows;
  int64_t columns;
};

// What the rows of a cell have in common, each [columns]. Without rows all are 0.
struct CellStatistics {
  float* means;
  float* maxima;
  // The sums of the squared distances from the means.
  float* squares;
};

void ComputeStatistics(const CellRows& cell, const CellStatistics& to);

// Counts the rows that have the maximum, by column.
void CountMaxima(const CellRows& cell, const float* maxima, float* counts);

// How a value y of a cell's row counts, besides in what is made of the row itself, each [columns]:
// its derivative is factor y + shift, and peak more where it is the maximum.
struct CellSlopes {
  const float* factor;
  const float* shift;
  const float* maxima;
  const float* peak;
};

// The derivatives by a row before it was rectified: those by the row, where it is above 0. Adds
// them to `sums`, too.
//
// y, of_y, gradient, sums: [columns].
void RectifiedGradient(const float* y, const float* of_y, const CellSlopes& slopes, int64_t columns,
                       float* gradient, float* sums);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_CELL_STATISTICS_H_
