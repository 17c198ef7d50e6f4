#ifndef FRAZO_CORE_POINTS_NEIGHBOR_GRID_H_
#define FRAZO_CORE_POINTS_NEIGHBOR_GRID_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/points/point.h"

namespace frazo::points {

// Finds the neighbours of centres: the points within a radius, the radius itself included, in
// space. The points lie sorted by the cells of a grid, so that a search sees no more than the 27
// cells around its centre. Thread-safe once made.
class NeighborGrid {
 public:
  // In the place of a neighbour that does not exist.
  static constexpr int64_t kNone = -1;

  // Only candidates are found: finite points that `is_candidate` marks by a nonzero number; all
  // finite points if it is empty. `points` is copied. Error: kInvalidArgument unless the sizes fit
  // and the radius is from 1e-6 to 1e6 metres.
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

  NeighborGrid(absl::Span<const Point> points, std::vector<int64_t> candidates, double radius);

  // The number of a point's cell along an axis.
  uint64_t Along(float coordinate) const;
  // Cells sort by x, then y, then z.
  static uint64_t Key(uint64_t along_x, uint64_t along_y, uint64_t along_z);
  // Calls visit(neighbor) for each point within the radius.
  template <typename Visit>
  void VisitNeighbors(const Point& center, Visit visit) const;

  double radius_;
  // By the key of the cell, then by index: the keys, the points and their indices.
  std::vector<uint64_t> keys_;
  std::vector<Point> points_;
  std::vector<int64_t> indices_;
};

}  // namespace frazo::points

#endif  // FRAZO_CORE_POINTS_NEIGHBOR_GRID_H_
