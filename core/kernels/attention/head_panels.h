#ifndef FRAZO_CORE_KERNELS_ATTENTION_HEAD_PANELS_H_
#define FRAZO_CORE_KERNELS_ATTENTION_HEAD_PANELS_H_

#include <cstdint>
#include <vector>

#include "core/kernels/attention/row_move.h"
#include "core/kernels/gemm/packed_matrix.h"

namespace frazo::attention {

// The rows of one head, arranged for products. Blocks are kPanelColumns rows, the last one filled
// with zeros.
class HeadPanels {
 public:
  // Takes rows. Allocates only if there are more than ever before.
  void Set(const RowMove& rows);

  // Arrange the rows for the functions below.
  void PackBlocks();
  void PackColumns();

  int64_t blocks() const { return gemm::PanelCount(rows_); }

  // [head_dim, kPanelColumns]: a block of rows, transposed.
  const float* block(int64_t index) const {
    return blocks_.data() + index * size_ * gemm::kPanelColumns;
  }

  // [rows from first_row on, kPanelColumns]: a panel of the columns, the last one filled with
  // zeros.
  const float* columns(int64_t index, int64_t first_row) const {
    return columns_.data() + (index * rows_ + first_row) * gemm::kPanelColumns;
  }

 private:
  int64_t rows_ = 0;
  int64_t size_ = 0;
  std::vector<float> values_;
  std::vector<float> blocks_;
  std::vector<float> columns_;
};

// Computes y = start + left^T right, [kPanelColumns, kPanelColumns], of two panels [depth,
// kPanelColumns]. Rows of y and of start are `stride` floats apart. start may be y, or null for
// zeros.
void MultiplyPanelPair(const float* left, const float* right, int64_t depth, const float* start,
                       int64_t stride, float* y);

}  // namespace frazo::attention

#endif  // FRAZO_CORE_KERNELS_ATTENTION_HEAD_PANELS_H_
