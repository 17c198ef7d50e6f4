#ifndef FRAZO_CORE_DETECTION_ANCHORS_ANCHOR_ASSIGNMENT_H_
#define FRAZO_CORE_DETECTION_ANCHORS_ANCHOR_ASSIGNMENT_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/detection/anchors/anchor_boxes.h"
#include "core/detection/scene/scene.h"
#include "core/points/point.h"

namespace frazo::detection {

// Marks what is neither an object nor background.
inline constexpr int32_t kIgnoredAnchor = -1;

// From which intersection over union (IoU), seen from above, an anchor stands for an object.
struct AssignmentThresholds {
  // In (0, 1].
  double foreground_iou = 0;
  // In [0, 1]. What is above this and below the other is ignored.
  double background_iou = 0;
};

// What each anchor of each centre stands for; entry [i * anchors.size() + k] is that of anchor k of
// centre i.
struct AnchorAssignment {
  static constexpr int32_t kNoObject = -1;

  // The object that the anchor has the greatest IoU with, if it is foreground; else kNoObject.
  std::vector<int32_t> objects;
  // The model's class of that object; 0 for background, kIgnoredAnchor for what is ignored.
  std::vector<int32_t> labels;
  // The greatest IoU that the anchor has with an object that takes part; 0 if it meets none.
  std::vector<double> ious;
};

// Assigns the objects to the anchors. Only objects of the model's classes take part: whatever lies
// next to others is as if they were not there. Each anchor has the object with the greatest IoU,
// and among equals the first. It is foreground if the IoU is at least foreground_iou, or if it is
// above 0 and the greatest one that any anchor has with that object; the first of equals. Otherwise
// it is background if the IoU is at most background_iou, and ignored if it is above that.
//
// Anchors that are far from all objects cost nearly nothing.
AnchorAssignment AssignAnchors(absl::Span<const points::Point> centers, const AnchorBoxes& anchors,
                               absl::Span<const SceneObject> objects,
                               const AssignmentThresholds& thresholds);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_ANCHORS_ANCHOR_ASSIGNMENT_H_
