#ifndef FRAZO_CORE_BOXES_PAIRWISE_IOU_H_
#define FRAZO_CORE_BOXES_PAIRWISE_IOU_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/boxes/box.h"
#include "core/boxes/box_iou.h"

namespace frazo::boxes {

// Sets iou[i * columns.size() + j] to the IoU of rows[i] and columns[j], as IouBox::Iou() defines
// it. Pairs that are far apart cost little. `threads` counts the calling one; the result does not
// depend on it. Error: kInvalidArgument unless threads >= 1 and `iou` has a place for each pair.
absl::Status PairwiseIou(absl::Span<const Box> rows, absl::Span<const Box> columns, IouView view,
                         int threads, absl::Span<double> iou);

}  // namespace frazo::boxes

#endif  // FRAZO_CORE_BOXES_PAIRWISE_IOU_H_
