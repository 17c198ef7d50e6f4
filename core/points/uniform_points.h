#ifndef FRAZO_CORE_POINTS_UNIFORM_POINTS_H_
#define FRAZO_CORE_POINTS_UNIFORM_POINTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/points/point.h"

namespace frazo::points {

// Draws `count` candidates, or all if there are fewer, without putting any back: each set in each
// order is equally likely. A candidate is a finite point that `is_candidate` marks by a nonzero
// number; all finite points if `is_candidate` is empty. Thread-safe.
//
// Returns their indices in the order drawn. Error: kInvalidArgument for sizes that do not fit and a
// negative count.
absl::StatusOr<std::vector<int64_t>> UniformPoints(absl::Span<const Point> points,
                                                   absl::Span<const uint8_t> is_candidate,
                                                   int64_t count, uint64_t seed);

}  // namespace frazo::points

#endif  // FRAZO_CORE_POINTS_UNIFORM_POINTS_H_
