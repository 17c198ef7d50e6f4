#include "core/points/neighbor_grid.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/numeric/random.h"
#include "core/points/candidate_points.h"
#include "core/status/status_macros.h"
#include "core/threads/row_turns.h"

namespace frazo::points {
namespace {

constexpr double kMinRadius = 1e-6;
constexpr double kMaxRadius = 1e6;

// The cells of an axis, as few as the bits of a double need to tell them apart. Cells further out
// share the outermost one, which only makes a search there slower.
constexpr int kBitsPerAxis = 21;
constexpr double kMiddleCell = 1 << (kBitsPerAxis - 1);
// The first and the last cell of an axis stay empty: each cell with points has two neighbours.
constexpr double kFirstCell = 1;
constexpr double kLastCell = (1 << kBitsPerAxis) - 2;

// A cell is wider than the radius by more than rounding can take away.
constexpr double kCellsPerRadius = 1 - 1e-9;

// Cells of a block along an axis, and in all.
constexpr int kBlockBits = 2;
constexpr uint32_t kBlockMask = (1 << kBlockBits) - 1;
constexpr int kBucketBits = 3 * kBlockBits;
constexpr int kHashBits = 64;
// 2^64 divided by the golden ratio: Fibonacci hashing (Knuth 1973, section 6.4).
constexpr uint64_t kHashFactor = 0x9e3779b97f4a7c15;

constexpr size_t kMostPoints = std::numeric_limits<int32_t>::max();

// The points of a range: so few that what is found in one takes little memory.
constexpr uint32_t kMostInRange = 1024;

// So many that the start of a thread takes less time than its work.
constexpr int64_t kCentersPerTurn = 64;

// The numbers of a cell along the axes.
struct Cell {
  uint32_t x;
  uint32_t y;
  uint32_t z;
};

uint32_t Along(float coordinate, double cells_per_metre) {
  // The sum is positive, so that the conversion rounds down.
  const double cell = kMiddleCell + coordinate * cells_per_metre;
  return static_cast<uint32_t>(std::clamp(cell, kFirstCell, kLastCell));
}

Cell CellOf(const Point& point, double cells_per_metre) {
  return {Along(point.x, cells_per_metre), Along(point.y, cells_per_metre),
          Along(point.z, cells_per_metre)};
}

uint32_t BucketOf(const Cell& cell, int hash_shift) {
  const uint64_t block = (uint64_t{cell.x >> kBlockBits} << (2 * kBitsPerAxis)) |
                         (uint64_t{cell.y >> kBlockBits} << kBitsPerAxis) |
                         uint64_t{cell.z >> kBlockBits};
  const auto hash = static_cast<uint32_t>((block * kHashFactor) >> hash_shift);
  return (hash << kBucketBits) | ((cell.x & kBlockMask) << (2 * kBlockBits)) |
         ((cell.y & kBlockMask) << kBlockBits) | (cell.z & kBlockMask);
}

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
  if (points.size() > kMostPoints) {
    return absl::InvalidArgumentError(absl::StrCat("NeighborGrid: there are ", points.size(),
                                                   " points but at most ", kMostPoints,
                                                   " are possible"));
  }
  FRAZO_RETURN_IF_ERROR(CheckChoice("NeighborGrid", points, is_candidate, 0));
  return NeighborGrid(points, is_candidate, radius);
}

NeighborGrid::NeighborGrid(absl::Span<const Point> points, absl::Span<const uint8_t> is_candidate,
                           double radius)
    : radius_(radius), cells_per_metre_(kCellsPerRadius / radius) {
  int block_bits = 1;
  while ((size_t{1} << (block_bits + kBucketBits)) < points.size()) ++block_bits;
  hash_shift_ = kHashBits - block_bits;
  const uint32_t bucket_count = uint32_t{1} << (block_bits + kBucketBits);
  // A counting sort. Bucket b is counted two places further, so that the sums below begin with the
  // bucket before it, and each place that is taken moves them to where they belong.
  begins_.assign(bucket_count + 2, 0);
  std::vector<uint32_t> buckets(points.size(), bucket_count);
  uint32_t candidates = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    if (!IsCandidate(points[i], is_candidate, i)) continue;
    buckets[i] = BucketOf(CellOf(points[i], cells_per_metre_), hash_shift_);
    ++begins_[buckets[i] + 2];
    ++candidates;
  }
  for (uint32_t bucket = 0; bucket < bucket_count; ++bucket) {
    begins_[bucket + 2] += begins_[bucket + 1];
  }
  points_.resize(candidates);
  indices_.resize(candidates);
  for (size_t i = 0; i < points.size(); ++i) {
    if (buckets[i] == bucket_count) continue;
    const uint32_t place = begins_[buckets[i] + 1]++;
    points_[place] = points[i];
    indices_[place] = static_cast<int32_t>(i);
  }
}

template <typename Visit>
void NeighborGrid::VisitRanges(const Point& center, Visit visit) const {
  if (!IsFinite(center)) return;
  const Cell middle = CellOf(center, cells_per_metre_);
  for (uint32_t x = middle.x - 1; x <= middle.x + 1; ++x) {
    for (uint32_t y = middle.y - 1; y <= middle.y + 1; ++y) {
      for (uint32_t z = middle.z - 1; z <= middle.z + 1; ++z) {
        const uint32_t bucket = BucketOf({x, y, z}, hash_shift_);
        const uint32_t end = begins_[bucket + 1];
        for (uint32_t begin = begins_[bucket]; begin < end; begin += kMostInRange) {
          visit(begin, std::min(end, begin + kMostInRange));
        }
      }
    }
  }
}

size_t NeighborGrid::FindWithin(const Point& center, double limit, uint32_t begin, uint32_t end,
                                Neighbor* places) const {
  size_t found = 0;
  for (uint32_t i = begin; i < end; ++i) {
    const double distance = SquaredDistance(points_[i], center);
    places[found] = {distance, indices_[i]};
    // Without a branch, which no processor would foresee.
    found += distance <= limit ? 1 : 0;
  }
  return found;
}

size_t NeighborGrid::FindClosest(const Point& center, size_t count,
                                 std::vector<Neighbor>* found) const {
  double limit = radius_ * radius_;
  size_t within = 0;
  VisitRanges(center, [&](uint32_t begin, uint32_t end) {
    if (within >= count + std::max<size_t>(count, kMostInRange)) {
      // What comes may be as far as the last that is kept: of equals the lowest index counts.
      const auto last = found->begin() + count - 1;
      std::nth_element(found->begin(), last, found->begin() + within);
      limit = last->first;
      within = count;
    }
    if (found->size() < within + end - begin) found->resize(within + end - begin);
    within += FindWithin(center, limit, begin, end, found->data() + within);
  });
  const size_t kept = std::min(count, within);
  const auto first = found->begin();
  if (kept < within) std::nth_element(first, first + kept, first + within);
  std::sort(first, first + kept);
  return kept;
}

absl::Status NeighborGrid::FindClosest(absl::Span<const Point> centers, int64_t count, int threads,
                                       absl::Span<int64_t> neighbors) const {
  FRAZO_RETURN_IF_ERROR(CheckSearch(centers, count, threads, neighbors));
  if (count == 0) return absl::OkStatus();
  threads::TakeRowTurns(centers.size(), kCentersPerTurn, threads, [&](int64_t begin, int64_t end) {
    std::vector<Neighbor> found;
    for (int64_t i = begin; i < end; ++i) {
      const size_t kept = FindClosest(centers[i], count, &found);
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
  const double limit = radius_ * radius_;
  threads::TakeRowTurns(centers.size(), kCentersPerTurn, threads, [&](int64_t begin, int64_t end) {
    std::vector<Neighbor> found(kMostInRange);
    for (int64_t i = begin; i < end; ++i) {
      numeric::Random random({seed, static_cast<uint64_t>(i)});
      int64_t* const row = neighbors.data() + i * count;
      // A reservoir (Vitter 1985, algorithm R): the n-th neighbour takes a place with probability
      // count / n.
      int64_t seen = 0;
      VisitRanges(centers[i], [&](uint32_t first, uint32_t last) {
        const size_t within = FindWithin(centers[i], limit, first, last, found.data());
        for (size_t k = 0; k < within; ++k, ++seen) {
          const int64_t place = seen < count ? seen : random.Below(seen + 1);
          if (place < count) row[place] = found[k].second;
        }
      });
      const int64_t kept = std::min(seen, count);
      std::sort(row, row + kept);
      std::fill(row + kept, row + count, kNone);
    }
  });
  return absl::OkStatus();
}

}  // namespace frazo::points
