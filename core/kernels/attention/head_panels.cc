#include "core/kernels/attention/head_panels.h"

#include <cstdint>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/panel_tile.h"
#include "core/kernels/gemm/transposed_panel.h"

namespace frazo::attention {
namespace {

void Reserve(int64_t size, std::vector<float>* values) {
  if (values->size() < size) values->resize(size);
}

}  // namespace

void HeadPanels::Set(const RowMove& rows) {
  rows_ = rows.rows;
  size_ = rows.size;
  Reserve(rows_ * size_, &values_);
  MoveRows(rows, values_.data(), size_);
}

void HeadPanels::PackBlocks() {
  Reserve(gemm::PackedSize(size_, rows_), &blocks_);
  for (int64_t index = 0; index < blocks(); ++index) {
    gemm::PackPanelFast({values_.data(), size_, rows_, true}, index,
                        blocks_.data() + index * size_ * gemm::kPanelColumns);
  }
}

void HeadPanels::PackColumns() {
  Reserve(gemm::PackedSize(rows_, size_), &columns_);
  gemm::PackPanels({values_.data(), rows_, size_, false}, 0, gemm::PanelCount(size_),
                   columns_.data());
}

void MultiplyPanelPair(const float* left, const float* right, int64_t depth, const float* start,
                       int64_t stride, float* y) {
  gemm::PanelTile tile = {};
  tile.rows = {left, 0, gemm::kPanelColumns};
  tile.panel = right;
  tile.depth = depth;
  tile.start = start;
  tile.start_stride = stride;
  tile.y = y;
  tile.y_stride = stride;
  tile.columns = gemm::kPanelColumns;
  // All panels are in a cache: nothing is fetched ahead.
  tile.ahead = reinterpret_cast<const char*>(right);
  gemm::MultiplyTile(tile);
}

}  // namespace frazo::attention
