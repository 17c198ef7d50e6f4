#ifndef FRAZO_CORE_KERNELS_GEMM_GROUPED_PRODUCT_H_
#define FRAZO_CORE_KERNELS_GEMM_GROUPED_PRODUCT_H_

#include <cstdint>

#include "core/kernels/gemm/row_groups.h"

namespace frazo::gemm {

// Products of groups of rows, each with the matrix of its group: the experts of a mixture. Only
// rows of a group cost time. A group with few rows reads its matrix once, while it fetches the part
// that comes next. Does not own its arrays.
//
// Unit: some panels of the columns of one group, the work of one thread.
struct GroupedProduct {
  RowGroups groups;
  // Sizes of a group's matrix, [depth, columns].
  int64_t depth;
  int64_t columns;
  // >= 1.
  int64_t units_per_group;

  int64_t units() const { return groups.groups * units_per_group; }

  // y[r] = x[r] * matrices[group of r], for the columns of the units begin .. end - 1.
  //
  // x: [rows, depth]. y: [rows, columns]; rows of no group are left alone.
  // matrices: [groups, depth, columns] or, if transposed, [groups, columns, depth].
  void Multiply(const float* x, const float* matrices, bool transposed, int64_t begin, int64_t end,
                float* y) const;

  // matrices[g] = sum over the rows r of group g of the outer product of x[r] and y[r], for the
  // columns of the units begin .. end - 1: the derivatives of Multiply() by the matrices.
  //
  // x: [rows, depth]. y: [rows, columns]. matrices: [groups, depth, columns].
  void MultiplyRows(const float* x, const float* y, int64_t begin, int64_t end,
                    float* matrices) const;
};

// Returns a number of units per group that keeps so many threads busy, if so many groups have rows.
int64_t UnitsPerGroup(int64_t filled_groups, int64_t columns, int64_t threads);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_GROUPED_PRODUCT_H_
