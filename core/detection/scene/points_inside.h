#ifndef FRAZO_CORE_DETECTION_SCENE_POINTS_INSIDE_H_
#define FRAZO_CORE_DETECTION_SCENE_POINTS_INSIDE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/boxes/box.h"
#include "core/detection/scene/scene.h"

namespace frazo::detection {

// Returns the number of points inside of each object's box.
std::vector<int32_t> CountPointsInside(const Scene& scene);

// Returns for each point the index of the first box around it; boxes::BoxPoints::kNone for none.
std::vector<int32_t> FirstBoxes(const Scene& scene, absl::Span<const boxes::Box> boxes);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_POINTS_INSIDE_H_
