#ifndef FRAZO_CORE_KERNELS_GEMM_ROW_GROUPS_H_
#define FRAZO_CORE_KERNELS_GEMM_ROW_GROUPS_H_

#include <cstdint>
#include <vector>

namespace frazo::gemm {

// Which rows of a matrix belong to each of several groups, each of which has a matrix of its own.
// Does not own its array.
struct RowGroups {
  // [groups, parts, 2]: the first row of a part of a group, and the number of its rows. No row is
  // in two parts; some may be in none.
  const int32_t* segments;
  int64_t groups;
  int64_t parts;

  // Returns the rows of a group in order.
  std::vector<int64_t> Rows(int64_t group) const;

  // Returns the number of groups that have rows.
  int64_t FilledCount() const;

  // Returns the rows from 0 to rows - 1 that are in no group, in order.
  std::vector<int64_t> OtherRows(int64_t rows) const;

  // Tells whether all rows lie from 0 to rows - 1, and none is in two parts.
  bool AreWithin(int64_t rows) const;
};

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_ROW_GROUPS_H_
