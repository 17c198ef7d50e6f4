#ifndef FRAZO_CORE_POINTS_NEIGHBOR_GRID_H_
#define FRAZO_CORE_POINTS_NEIGHBOR_GRID_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/points/point.h"

namespace frazo::points {

// Finds the neighbours of centres: the points within a radius, the radius itself included, in
// space. The points lie sorted by the cells of a grid, so that a search sees little more than the
// 27 cells around its centre. Thread-safe once made.
//
// A block is a cube of 4 * 4 * 4 cells, a bucket has the points of a cell. There are as many
// buckets as points or up to twice as many: blocks have their buckets by a hash, so that a grid has
// no limits (Teschner et al. 2003), and some share them. The 27 cells differ modulo 4, so they
// never share: a search sees no point twice. What other cells bring is too far away.
class NeighborGrid {
 public:
  // In the place of a neighbour that does not exist.
  static constexpr int64_t kNone = -1;

  // Only candidates are found: finite points that `is_candidate` marks by a nonzero number; all
  // finite points if it is empty. `points` is copied: 20 to 24 bytes each, and 4 more meanwhile.
  // Error: kInvalidArgument unless the sizes fit, there are fewer than 2^31 points, and the radius
  // is from 1e-6 to 1e6 metres.
  static absl::StatusOr<NeighborGrid> Create(absl::Span<const Point> points,
                                             absl::Span<const uint8_t> is_candidate, double radius);

  // Sets neighbors[i * count + k] to the index of the k-th of the `count` closest neighbours of
  // centre i, closest first and by index among equals; then to kNone. A centre that is not finite
  // has no neighbours. `threads` counts the calling one; the result does not depend on it. Error:
  // kInvalidArgument unless threads >= 1, count >= 0, and `neighbors` has count places for each
  // centre.
  absl::Status FindClosest(absl::Span<const Point> centers, int64_t count, int threads,
                           absl::Span<int64_t> neighbors) const;

  // As FindClosest(), with `count` neighbours drawn at random, each set equally likely; by rising
  // index. The draws of a centre depend on the seed and its place among the centres alone.
  absl::Status FindUniform(absl::Span<const Point> centers, int64_t count, uint64_t seed,
                           int threads, absl::Span<int64_t> neighbors) const;

 private:
  // A neighbour: the square of its distance, and its index.
  using Neighbor = std::pair<double, int64_t>;

  NeighborGrid(absl::Span<const Point> points, absl::Span<const uint8_t> is_candidate,
               double radius);

  // Calls visit(begin, end) for ranges of points_ that together have all points within the radius,
  // and others: by cell, first x, then y, then z. No range is long.
  template <typename Visit>
  void VisitRanges(const Point& center, Visit visit) const;
  // Sets `places` to those of a range's points whose squared distance is at most `limit`, by index.
  // There is a place for each of the range. Returns their number.
  size_t FindWithin(const Point& center, double limit, uint32_t begin, uint32_t end,
                    Neighbor* places) const;
  // Sets the first of `found` to the `count` closest neighbours, or fewer, closest first. Returns
  // their number. `found` never shrinks, and grows little beyond 2 * count.
  size_t FindClosest(const Point& center, size_t count, std::vector<Neighbor>* found) const;

  double radius_;
  double cells_per_metre_;
  // The hash of a block is the upper bits of a product: what they are shifted by.
  int hash_shift_;
  // The points of bucket b lie from begins_[b] to begins_[b + 1], by index.
  std::vector<uint32_t> begins_;
  std::vector<Point> points_;
  std::vector<int32_t> indices_;
};

}  // namespace frazo::points

#endif  // FRAZO_CORE_POINTS_NEIGHBOR_GRID_H_
