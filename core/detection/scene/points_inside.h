#ifndef FRAZO_CORE_DETECTION_SCENE_POINTS_INSIDE_H_
#define FRAZO_CORE_DETECTION_SCENE_POINTS_INSIDE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/detection/scene/scene.h"
#include "core/geometry/box.h"
#include "core/geometry/box_interior.h"
#include "core/geometry/point.h"

namespace frazo::detection {

// Returns the indices of the points inside, in their order.
std::vector<int64_t> PointsInside(absl::Span<const geometry::Point> points,
                                  const geometry::Box& box);

// Returns the number of points inside of each object's box.
std::vector<int32_t> CountPointsInside(const Scene& scene);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_POINTS_INSIDE_H_
