#include "core/detection/anchors/assigned_residuals.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/detection/anchors/box_residual.h"

namespace frazo::detection {

void EncodeAssigned(absl::Span<const points::Point> centers, const AnchorBoxes& anchors,
                    absl::Span<const SceneObject> objects, const AnchorAssignment& assignment,
                    absl::Span<float> residuals) {
  for (size_t i = 0; i < assignment.objects.size(); ++i) {
    const int32_t object = assignment.objects[i];
    if (object == AnchorAssignment::kNoObject) continue;
    const boxes::Box anchor = anchors.At(centers[i / anchors.size()], i % anchors.size());
    const BoxResidual residual = EncodeResidual(anchor, objects[object].box);
    std::copy(residual.begin(), residual.end(), residuals.begin() + 7 * i);
  }
}

}  // namespace frazo::detection
