#ifndef FRAZO_CORE_DETECTION_ANCHORS_ASSIGNED_RESIDUALS_H_
#define FRAZO_CORE_DETECTION_ANCHORS_ASSIGNED_RESIDUALS_H_

#include <vector>

#include "absl/types/span.h"
#include "core/detection/anchors/anchor_assignment.h"
#include "core/detection/anchors/anchor_boxes.h"
#include "core/detection/scene/scene.h"
#include "core/points/point.h"

namespace frazo::detection {

// Sets the residuals of the objects that stand for anchors; the others stay as they are.
// `residuals` has 7 numbers for each anchor of the assignment, or more. `assignment` is that of
// these centres, anchors and objects.
void EncodeAssigned(absl::Span<const points::Point> centers, const AnchorBoxes& anchors,
                    absl::Span<const SceneObject> objects, const AnchorAssignment& assignment,
                    absl::Span<float> residuals);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_ANCHORS_ASSIGNED_RESIDUALS_H_
