#include "core/points/neighbor_grid.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "core/numeric/random.h"
#include "core/points/candidate_points.h"
#include "core/status/status_macros.h"
#include "core/threads/row_turns.h"

namespace frazo::points {
namespace {

constexpr double kMinRadius = 1e-6;
constexpr double kMaxRadius = 1e6;

// A key holds three numbers of cells. Cells further out than these share the outermost one, which
// only makes a search there slower.
constexpr int kBitsPerAxis = 21;
constexpr double kMiddleCell = 1 << (kBitsPerAxis - 1);
// The first and the last cell of an axis stay empty: each cell with points has two neighbours.
constexpr double kFirstCell = 1;
constexpr double kLastCell = (1 << kBitsPerAxis) - 2;

// A cell is wider than the radius by more than rounding can take away.
constexpr double kCellsPerRadius = 1 - 1e-9;

// So many that the start of a thread takes less time than its work.
constexpr int64_t kCentersPerTurn = 16;

absl::Status CheckSearch(absl::Span<const Point> centers, int64_t count, int threads,
                         absl::Span<int64_t> neighbors) {
  FRAZO_RETURN_IF_ERROR(threads::CheckThreads(threads));
  if (count < 0) {
    return absl::InvalidArgumentError(absl::StrCat("count is ", count, " but must be at least 0"));
  }
  // By division: a product might overflow.
  const size_t places = neighbors.size();
  const bool fits = centers.empty() || count == 0
                        ? places == 0
                        : places % count == 0 && places / count == centers.size();
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("neighbors has ", places, " places for ", count,
                                                 " neighbours of ", centers.size(), " centres"));
}

}  // namespace

absl::StatusOr<NeighborGrid> NeighborGrid::Create(absl::Span<const Point> points,
                                                  absl::Span<const uint8_t> is_candidate,
                                                  double radius) {
  // False for NaN.
  if (!(radius >= kMinRadius && radius <= kMaxRadius)) {
    return absl::InvalidArgumentError(
        absl::StrCat("NeighborGrid: radius is ", radius, " but must be from 1e-6 to 1e6 metres"));
  }
  FRAZO_RETURN_IF_ERROR(CheckChoice("NeighborGrid", points, is_candidate, 0));
  return NeighborGrid(points, CandidatePoints(points, is_candidate), radius);
}

NeighborGrid::NeighborGrid(absl::Span<const Point> points, std::vector<int64_t> candidates,
                           double radius)
    : radius_(radius), indices_(std::move(candidates)) {
  std::vector<std::pair<uint64_t, int64_t>> cells;
  cells.reserve(indices_.size());
  for (const int64_t index : indices_) {
    const Point& point = points[index];
    cells.emplace_back(Key(Along(point.x), Along(point.y), Along(point.z)), index);
  }
  std::sort(cells.begin(), cells.end());
  keys_.reserve(cells.size());
  points_.reserve(cells.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    keys_.push_back(cells[i].first);
    indices_[i] = cells[i].second;
    points_.push_back(points[cells[i].second]);
  }
}

uint64_t NeighborGrid::Along(float coordinate) const {
  const double cell = kMiddleCell + std::floor(coordinate / radius_ * kCellsPerRadius);
  return static_cast<uint64_t>(std::clamp(cell, kFirstCell, kLastCell));
}

uint64_t NeighborGrid::Key(uint64_t along_x, uint64_t along_y, uint64_t along_z) {
  return (along_x << (2 * kBitsPerAxis)) | (along_y << kBitsPerAxis) | along_z;
}

template <typename Visit>
void NeighborGrid::VisitNeighbors(const Point& center, Visit visit) const {
  if (!IsFinite(center)) return;
  const double limit = radius_ * radius_;
  const uint64_t x = Along(center.x);
  const uint64_t y = Along(center.y);
  const uint64_t z = Along(center.z);
  for (uint64_t along_x = x - 1; along_x <= x + 1; ++along_x) {
    for (uint64_t along_y = y - 1; along_y <= y + 1; ++along_y) {
      // Three cells above one another lie side by side.
      const auto begin = std::lower_bound(keys_.begin(), keys_.end(), Key(along_x, along_y, z - 1));
      const uint64_t last = Key(along_x, along_y, z + 1);
      for (size_t i = begin - keys_.begin(); i < keys_.size() && keys_[i] <= last; ++i) {
        const double distance = SquaredDistance(points_[i], center);
        if (distance <= limit) visit(Neighbor(distance, indices_[i]));
      }
    }
  }
}

absl::Status NeighborGrid::FindClosest(absl::Span<const Point> centers, int64_t count, int threads,
                                       absl::Span<int64_t> neighbors) const {
  FRAZO_RETURN_IF_ERROR(CheckSearch(centers, count, threads, neighbors));
  if (count == 0) return absl::OkStatus();
  threads::TakeRowTurns(centers.size(), kCentersPerTurn, threads, [&](int64_t begin, int64_t end) {
    std::vector<Neighbor> found;
    for (int64_t i = begin; i < end; ++i) {
      found.clear();
      VisitNeighbors(centers[i], [&](const Neighbor& neighbor) { found.push_back(neighbor); });
      const size_t kept = std::min<size_t>(count, found.size());
      if (kept < found.size()) std::nth_element(found.begin(), found.begin() + kept, found.end());
      std::sort(found.begin(), found.begin() + kept);
      int64_t* const row = neighbors.data() + i * count;
      for (size_t k = 0; k < kept; ++k) row[k] = found[k].second;
      std::fill(row + kept, row + count, kNone);
    }
  });
  return absl::OkStatus();
}

absl::Status NeighborGrid::FindUniform(absl::Span<const Point> centers, int64_t count,
                                       uint64_t seed, int threads,
                                       absl::Span<int64_t> neighbors) const {
  FRAZO_RETURN_IF_ERROR(CheckSearch(centers, count, threads, neighbors));
  if (count == 0) return absl::OkStatus();
  threads::TakeRowTurns(centers.size(), kCentersPerTurn, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      numeric::Random random({seed, static_cast<uint64_t>(i)});
      int64_t* const row = neighbors.data() + i * count;
      // A reservoir (Vitter 1985, algorithm R): the n-th neighbour takes a place with probability
      // count / n.
      int64_t seen = 0;
      VisitNeighbors(centers[i], [&](const Neighbor& neighbor) {
        const int64_t place = seen < count ? seen : random.Below(seen + 1);
        if (place < count) row[place] = neighbor.second;
        ++seen;
      });
      const int64_t kept = std::min(seen, count);
      std::sort(row, row + kept);
      std::fill(row + kept, row + count, kNone);
    }
  });
  return absl::OkStatus();
}

}  // namespace frazo::points
