#ifndef FRAZO_CORE_POINTS_FARTHEST_POINTS_H_
#define FRAZO_CORE_POINTS_FARTHEST_POINTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/points/point.h"

namespace frazo::points {

// How a choice of farthest points begins and ends.
struct FarthestChoice {
  // Points in all, or fewer if candidates run out; >= 0.
  int64_t count = 0;
  // The points chosen first, by index, candidates or not: they are finite and differ. If there are
  // none, the first one is a candidate drawn with `seed`.
  absl::Span<const int64_t> starts;
  uint64_t seed = 0;
};

// Farthest point sampling: each next point is the candidate whose distance, seen from above (x and
// y), to the nearest point chosen so far is greatest, and among equals the one of the lowest index.
//
// A candidate is a finite point that `is_candidate` marks by a nonzero number; all finite points if
// `is_candidate` is empty. Thread-safe.
//
// Returns the indices of the chosen points, in the order of choice; none twice. If there are more
// starts than `count`, the first of them. Error: kInvalidArgument for sizes that do not fit, a
// negative count, and a start that is no index of a finite point or comes twice.
absl::StatusOr<std::vector<int64_t>> FarthestPoints(absl::Span<const Point> points,
                                                    absl::Span<const uint8_t> is_candidate,
                                                    const FarthestChoice& choice);

}  // namespace frazo::points

#endif  // FRAZO_CORE_POINTS_FARTHEST_POINTS_H_
