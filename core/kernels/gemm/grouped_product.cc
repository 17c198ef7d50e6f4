#include "core/kernels/gemm/grouped_product.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/panel_tile.h"
#include "core/kernels/gemm/row_blocks.h"
#include "core/kernels/gemm/transposed_panel.h"

namespace frazo::gemm {
namespace {

// The panels of one unit.
struct UnitPanels {
  int64_t group;
  int64_t begin;
  int64_t end;
};

UnitPanels PanelsOf(const GroupedProduct& product, int64_t unit) {
  const int64_t panels = PanelCount(product.columns);
  const int64_t part = unit % product.units_per_group;
  return {unit / product.units_per_group, part * panels / product.units_per_group,
          (part + 1) * panels / product.units_per_group};
}

// The left side of a product in blocks of up to kMaxBlockRows rows; see RowBlocks.
class LeftBlocks {
 public:
  // Takes the rows of x, [.., depth], with these indices.
  void SetRows(const float* x, int64_t depth, const std::vector<int64_t>& indices) {
    Resize(indices.size(), depth);
    for (int64_t first = 0; first < rows_; first += kMaxBlockRows) {
      const int64_t count = std::min(kMaxBlockRows, rows_ - first);
      InterleaveRows(x, depth, indices.data() + first, count, values_.data() + first * depth);
    }
  }

  // Takes the columns of the same rows: column c of x is row c here.
  void SetColumns(const float* x, int64_t columns, const std::vector<int64_t>& indices) {
    Resize(columns, indices.size());
    for (int64_t first = 0; first < rows_; first += kMaxBlockRows) {
      const int64_t count = std::min(kMaxBlockRows, rows_ - first);
      float* to = values_.data() + first * depth_;
      for (int64_t k = 0; k < depth_; ++k) {
        std::memcpy(to + k * count, x + indices[k] * columns + first, count * sizeof(float));
      }
    }
  }

  int64_t count() const { return (rows_ + kMaxBlockRows - 1) / kMaxBlockRows; }

  RowBlocks::Block block(int64_t index) const {
    const int64_t first = index * kMaxBlockRows;
    return {values_.data() + first * depth_, first, std::min(kMaxBlockRows, rows_ - first)};
  }

 private:
  void Resize(int64_t rows, int64_t depth) {
    rows_ = rows;
    depth_ = depth;
    if (values_.size() < rows * depth) values_.resize(rows * depth);
  }

  int64_t rows_ = 0;
  int64_t depth_ = 0;
  std::vector<float> values_;
};

// The memory of one thread.
struct Scratch {
  LeftBlocks left;
  std::vector<float> panel;
};

void MultiplyUnit(const GroupedProduct& product, const float* x, const MatrixToPack& matrix,
                  const UnitPanels& unit, Scratch* scratch, float* y) {
  const std::vector<int64_t> rows = product.groups.Rows(unit.group);
  if (rows.empty()) return;
  const int64_t depth = product.depth, columns = product.columns;
  scratch->left.SetRows(x, depth, rows);
  scratch->panel.resize(depth * kPanelColumns);
  float block_rows[kMaxBlockRows * kPanelColumns];
  for (int64_t index = unit.begin; index < unit.end; ++index) {
    const int64_t column = index * kPanelColumns;
    PanelTile tile = {};
    tile.depth = depth;
    tile.columns = std::min(kPanelColumns, columns - column);
    // A panel that is read once is best read where it is.
    if (scratch->left.count() == 1 && !matrix.is_transposed && tile.columns == kPanelColumns) {
      tile.panel = matrix.values + column;
      tile.panel_stride = columns;
    } else {
      PackPanelFast(matrix, index, scratch->panel.data());
      tile.panel = scratch->panel.data();
    }
    // The first block fetches the memory of the next panel.
    const int64_t next = index + 1 < unit.end ? column + kPanelColumns : column;
    tile.ahead =
        reinterpret_cast<const char*>(matrix.values + (matrix.is_transposed ? next * depth : next));
    tile.ahead_step = (matrix.is_transposed ? kPanelColumns : columns) * sizeof(float);
    for (int64_t block = 0; block < scratch->left.count(); ++block) {
      tile.rows = scratch->left.block(block);
      const int64_t* indices = rows.data() + tile.rows.first_row;
      const bool contiguous = indices[tile.rows.rows - 1] - indices[0] == tile.rows.rows - 1;
      tile.y = contiguous ? y + indices[0] * columns + column : block_rows;
      tile.y_stride = contiguous ? columns : kPanelColumns;
      MultiplyTile(tile);
      tile.ahead_step = 0;
      for (int64_t row = 0; !contiguous && row < tile.rows.rows; ++row) {
        std::memcpy(y + indices[row] * columns + column, block_rows + row * kPanelColumns,
                    tile.columns * sizeof(float));
      }
    }
  }
}

// Copies the columns of a panel of some rows of y.
void PackRowsPanel(const float* y, int64_t columns, const std::vector<int64_t>& rows,
                   int64_t column, float* panel) {
  const int64_t width = std::min(kPanelColumns, columns - column);
  for (int64_t k = 0; k < static_cast<int64_t>(rows.size()); ++k) {
    float* to = panel + k * kPanelColumns;
    std::memcpy(to, y + rows[k] * columns + column, width * sizeof(float));
    std::fill(to + width, to + kPanelColumns, 0.0f);
  }
}

// Panels that are multiplied together have so many floats, which stay in a core's second cache.
constexpr int64_t kTogether = 1 << 15;

void MultiplyRowsUnit(const GroupedProduct& product, const float* x, const float* y,
                      const UnitPanels& unit, Scratch* scratch, float* matrix) {
  const std::vector<int64_t> rows = product.groups.Rows(unit.group);
  const int64_t depth = product.depth, columns = product.columns;
  scratch->left.SetColumns(x, depth, rows);
  // Never empty, so that it can be fetched.
  const int64_t panel_size = std::max<int64_t>(1, rows.size()) * kPanelColumns;
  const int64_t together = std::max<int64_t>(1, kTogether / panel_size);
  scratch->panel.resize(together * panel_size);
  for (int64_t first = unit.begin; first < unit.end; first += together) {
    const int64_t last = std::min(first + together, unit.end);
    for (int64_t index = first; index < last; ++index) {
      PackRowsPanel(y, columns, rows, index * kPanelColumns,
                    scratch->panel.data() + (index - first) * panel_size);
    }
    // Some panels of each row, and not some rows of each panel: the matrix is written in the order
    // of memory.
    for (int64_t block = 0; block < scratch->left.count(); ++block) {
      PanelTile tile = {};
      tile.rows = scratch->left.block(block);
      tile.depth = rows.size();
      tile.y_stride = columns;
      for (int64_t index = first; index < last; ++index) {
        const int64_t column = index * kPanelColumns;
        tile.panel = scratch->panel.data() + (index - first) * panel_size;
        tile.ahead = reinterpret_cast<const char*>(tile.panel);
        tile.columns = std::min(kPanelColumns, columns - column);
        tile.y = matrix + tile.rows.first_row * columns + column;
        MultiplyTile(tile);
      }
    }
  }
}

}  // namespace

void GroupedProduct::Multiply(const float* x, const float* matrices, bool transposed, int64_t begin,
                              int64_t end, float* y) const {
  Scratch scratch;
  for (int64_t unit = begin; unit < end; ++unit) {
    const UnitPanels panels = PanelsOf(*this, unit);
    const MatrixToPack matrix = {matrices + panels.group * depth * columns, depth, columns,
                                 transposed};
    MultiplyUnit(*this, x, matrix, panels, &scratch, y);
  }
}

void GroupedProduct::MultiplyRows(const float* x, const float* y, int64_t begin, int64_t end,
                                  float* matrices) const {
  Scratch scratch;
  for (int64_t unit = begin; unit < end; ++unit) {
    const UnitPanels panels = PanelsOf(*this, unit);
    MultiplyRowsUnit(*this, x, y, panels, &scratch, matrices + panels.group * depth * columns);
  }
}

int64_t UnitsPerGroup(int64_t filled_groups, int64_t columns, int64_t threads) {
  const int64_t filled = std::max<int64_t>(1, filled_groups);
  // Some units for each thread, because groups differ in size. Each unit arranges its rows anew, so
  // that one should have more than a few panels.
  const int64_t wanted = (4 * threads + filled - 1) / filled;
  return std::clamp<int64_t>(wanted, 1, std::max<int64_t>(1, PanelCount(columns) / 4));
}

}  // namespace frazo::gemm
