#include "core/points/point_grid.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/numeric/random.h"
#include "core/status/status_macros.h"

namespace frazo::points {
namespace {

constexpr int64_t kOutside = -1;
constexpr std::string_view kAxisNames[] = {"x", "y", "z"};

// Returns the number of the cell on the axis, or kOutside.
int64_t CellAlong(const GridAxis& axis, float coordinate) {
  // False for NaN.
  if (!(coordinate >= axis.begin && coordinate < axis.end)) return kOutside;
  const double share = (coordinate - axis.begin) / (axis.end - axis.begin);
  // Rounding may lift a coordinate next to the end.
  return std::min(static_cast<int64_t>(share * axis.cells), axis.cells - 1);
}

int64_t CellOf(const PointGrid& grid, const float* row) {
  int64_t cell = 0;
  for (int k = 0; k < 3; ++k) {
    const int64_t along = CellAlong(grid.axes[k], row[k]);
    if (along == kOutside) return kOutside;
    cell = cell * grid.axes[k].cells + along;
  }
  return cell;
}

absl::Status CheckSizes(const PointRows& rows, const PointGrid& grid, const GridCells& cells) {
  if (rows.width < 3 || rows.numbers.size() % rows.width != 0) {
    return absl::InvalidArgumentError(absl::StrCat(rows.numbers.size(), " numbers are no rows of ",
                                                   rows.width, "; expected 3 or more each"));
  }
  const size_t count = grid.CellCount();
  if (cells.counts.size() != count ||
      cells.points.size() != count * grid.points_per_cell * rows.width) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there are ", cells.counts.size(), " counts and ", cells.points.size(), " places for ",
        count, " cells of ", grid.points_per_cell, " points of ", rows.width, " numbers"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PointGrid::Check() const {
  constexpr double kMaxCells = std::numeric_limits<int32_t>::max();
  double count = 1;
  for (int k = 0; k < 3; ++k) {
    const GridAxis& axis = axes[k];
    if (!std::isfinite(axis.begin) || !std::isfinite(axis.end) || axis.begin >= axis.end) {
      return absl::InvalidArgumentError(absl::StrCat("the limits of ", kAxisNames[k], " are ",
                                                     axis.begin, " and ", axis.end,
                                                     " but must be finite and rising"));
    }
    if (axis.cells < 1) {
      return absl::InvalidArgumentError(absl::StrCat("there are ", axis.cells, " cells along ",
                                                     kAxisNames[k], " but must be at least 1"));
    }
    count *= axis.cells;
  }
  if (points_per_cell < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("points_per_cell is ", points_per_cell, " but must be at least 1"));
  }
  if (count > kMaxCells) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", count, " cells but must be fewer than 2^31"));
  }
  return absl::OkStatus();
}

absl::Status FillPointGrid(const PointRows& rows, const PointGrid& grid, const GridCells& cells) {
  FRAZO_RETURN_IF_ERROR(grid.Check());
  FRAZO_RETURN_IF_ERROR(CheckSizes(rows, grid, cells));
  std::fill(cells.points.begin(), cells.points.end(), 0.0f);
  std::fill(cells.counts.begin(), cells.counts.end(), 0);
  const int64_t count = rows.numbers.size() / rows.width;
  const int32_t most = static_cast<int32_t>(
      std::min<int64_t>(grid.points_per_cell, std::numeric_limits<int32_t>::max()));
  // A reservoir for each cell (Vitter 1985, algorithm R): the n-th point takes a place with
  // probability points_per_cell / n. `counts` holds n meanwhile.
  for (int64_t i = 0; i < count; ++i) {
    const float* const row = rows.numbers.data() + i * rows.width;
    const int64_t cell = CellOf(grid, row);
    if (cell == kOutside) continue;
    int64_t place = cells.counts[cell]++;
    if (place >= grid.points_per_cell) {
      place = numeric::Random({grid.seed, static_cast<uint64_t>(i)}).Below(place + 1);
    }
    if (place >= grid.points_per_cell) continue;
    std::copy_n(row, rows.width,
                cells.points.data() + (cell * grid.points_per_cell + place) * rows.width);
  }
  for (int32_t& kept : cells.counts) kept = std::min(kept, most);
  return absl::OkStatus();
}

}  // namespace frazo::points
