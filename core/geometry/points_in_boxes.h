#ifndef FRAZO_CORE_GEOMETRY_POINTS_IN_BOXES_H_
#define FRAZO_CORE_GEOMETRY_POINTS_IN_BOXES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/geometry/box.h"
#include "core/geometry/point.h"

namespace frazo::geometry {

// Where PointsInBoxes() writes to.
struct BoxPoints {
  // In the place of a box for a point that is in none.
  static constexpr int32_t kNone = -1;

  // For each box, the number of points inside.
  absl::Span<int32_t> counts;
  // For each point, the index of the first box around it, or kNone.
  absl::Span<int32_t> first_boxes;
};

// Finds the points inside of boxes, as BoxInterior defines it: the faces are inside, a point that
// is not finite is in no box, and a box that is not proper has no points. A point in several boxes
// counts in each. `threads` counts the calling one; the result does not depend on it. Error:
// kInvalidArgument unless threads >= 1 and there is a place for each box and each point.
absl::Status PointsInBoxes(absl::Span<const Point> points, absl::Span<const Box> boxes, int threads,
                           const BoxPoints& found);

}  // namespace frazo::geometry

#endif  // FRAZO_CORE_GEOMETRY_POINTS_IN_BOXES_H_
