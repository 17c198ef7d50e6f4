#ifndef FRAZO_CORE_KERNELS_ATTENTION_ROW_MOVE_H_
#define FRAZO_CORE_KERNELS_ATTENTION_ROW_MOVE_H_

#include <cstdint>

namespace frazo::attention {

// The rotations of positions (Su et al. 2021, equation 34): element i of a row makes a pair with
// element i + size / 2, which is turned by angle i.
struct Rotations {
  // [rows, size]: the cosines of the size / 2 angles of a row, then the sines. Null for none.
  const float* values = nullptr;
  // Whether pairs are turned back.
  bool back = false;
};

// Rows of one head that are copied: to = scale * rotation(from). The arrays must not overlap.
struct RowMove {
  const float* from;
  int64_t from_stride;
  int64_t rows;
  // Even if there are rotations.
  int64_t size;
  float scale = 1;
  Rotations rotations;
};

// Writes rows that are `stride` floats apart.
void MoveRows(const RowMove& move, float* to, int64_t stride);

// Sets products[r] to the dot product of row r of a and row r of b, both with `size` elements and
// rows that are `stride` floats apart.
void MultiplyRowPairs(const float* a, const float* b, int64_t stride, int64_t rows, int64_t size,
                      float* products);

}  // namespace frazo::attention

#endif  // FRAZO_CORE_KERNELS_ATTENTION_ROW_MOVE_H_
