#ifndef FRAZO_CORE_BOXES_POINTS_IN_BOXES_H_
#define FRAZO_CORE_BOXES_POINTS_IN_BOXES_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/boxes/box.h"
#include "core/points/point.h"

namespace frazo::boxes {

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
absl::Status PointsInBoxes(absl::Span<const points::Point> points, absl::Span<const Box> boxes,
                           int threads, const BoxPoints& found);

// The points inside of each box.
struct BoxCrops {
  // Where the points of each box end in `indices`; they begin at the end of those of the box
  // before.
  std::vector<int64_t> ends;
  // The indices of the points, those of a box by rising index.
  std::vector<int32_t> indices;
};

// Returns the points inside of each box, as PointsInBoxes() finds them; a point in several boxes is
// in each. Error: kInvalidArgument unless threads >= 1.
absl::StatusOr<BoxCrops> CropBoxes(absl::Span<const points::Point> points,
                                   absl::Span<const Box> boxes, int threads);

}  // namespace frazo::boxes

#endif  // FRAZO_CORE_BOXES_POINTS_IN_BOXES_H_
