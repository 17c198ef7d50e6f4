#ifndef FRAZO_CORE_POINTS_POINT_GRID_H_
#define FRAZO_CORE_POINTS_POINT_GRID_H_

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace frazo::points {

// One axis of a grid: `cells` cells of one size between two limits.
struct GridAxis {
  // Metres. The lower edge of a cell belongs to it, the upper edge to the next: `end` is outside.
  double begin = 0;
  double end = 0;
  // >= 1.
  int64_t cells = 0;
};

// A grid over the world, and how many points a cell takes.
struct PointGrid {
  // x, y, z.
  std::array<GridAxis, 3> axes;
  // >= 1.
  int64_t points_per_cell = 0;
  // What the random sets of cells with more points are drawn from.
  uint64_t seed = 0;

  // Error: kInvalidArgument unless the limits are finite and rising, each axis has a cell, a cell
  // takes a point, and there are fewer than 2^31 cells.
  absl::Status Check() const;
  // For a grid that Check() passes.
  int64_t CellCount() const { return axes[0].cells * axes[1].cells * axes[2].cells; }
};

// The points of a scan, one row each.
struct PointRows {
  // [rows, width]: x, y, z, then what was measured.
  absl::Span<const float> numbers;
  // >= 3.
  int64_t width = 3;
};

// What a grid's cells hold, z innermost.
struct GridCells {
  // [x cells, y cells, z cells, points_per_cell, width].
  absl::Span<float> points;
  // [x cells, y cells, z cells].
  absl::Span<int32_t> counts;
};

// Sets for each cell the rows of its points, then zeros, and the number of rows that are real. Of
// more points than a cell takes, it gets a random set, each equally likely, in no particular order;
// else all of them in their order. Points outside of the grid are left out, and so are points of
// which x, y or z is NaN; other numbers are copied as they are. Error: kInvalidArgument as Check()
// says, and unless the sizes fit.
absl::Status FillPointGrid(const PointRows& rows, const PointGrid& grid, const GridCells& cells);

}  // namespace frazo::points

#endif  // FRAZO_CORE_POINTS_POINT_GRID_H_
