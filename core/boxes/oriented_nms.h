#ifndef FRAZO_CORE_BOXES_ORIENTED_NMS_H_
#define FRAZO_CORE_BOXES_ORIENTED_NMS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/boxes/box.h"
#include "core/boxes/box_iou.h"

namespace frazo::boxes {

// What non-max suppression keeps of one class.
struct ClassNms {
  // A box is dropped if its IoU with a kept box of a higher score is above this. From 0 to 1.
  double iou_threshold = 0.5;
  // A box of a lower score is no candidate. Not NaN.
  double score_threshold = 0;
  // At most so many boxes are kept; >= 0. 0 leaves the class out.
  int64_t max_kept = 0;
};

// Non-max suppression for each class on its own, with the headings of the boxes. Candidates come in
// the order of falling scores, and of rising indices where scores are equal; each is kept unless a
// kept one overlaps it too much.
//
// `scores` holds scores[i * classes.size() + k] of box i as one of class k. A NaN score and a box
// that is not proper are no candidates. `threads` counts the calling one; the result does not
// depend on it.
//
// Returns for each class the indices of the kept boxes, best first. Error: kInvalidArgument unless
// threads >= 1, each box has a score for each class, and the settings of the classes are in range.
absl::StatusOr<std::vector<std::vector<int64_t>>> SuppressNonMaxima(
    absl::Span<const Box> boxes, absl::Span<const float> scores, absl::Span<const ClassNms> classes,
    IouView view, int threads);

}  // namespace frazo::boxes

#endif  // FRAZO_CORE_BOXES_ORIENTED_NMS_H_
