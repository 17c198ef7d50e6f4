#include "core/detection/scene/points_inside.h"

#include <cstddef>

namespace frazo::detection {

std::vector<int64_t> PointsInside(absl::Span<const geometry::Point> points,
                                  const geometry::Box& box) {
  const geometry::BoxInterior interior(box);
  std::vector<int64_t> inside;
  for (size_t i = 0; i < points.size(); ++i) {
    if (interior.Contains(points[i])) inside.push_back(i);
  }
  return inside;
}

std::vector<int32_t> CountPointsInside(const Scene& scene) {
  std::vector<int32_t> counts;
  counts.reserve(scene.objects.size());
  for (const SceneObject& object : scene.objects) {
    const geometry::BoxInterior interior(object.box);
    int32_t count = 0;
    for (const geometry::Point& point : scene.points) count += interior.Contains(point);
    counts.push_back(count);
  }
  return counts;
}

}  // namespace frazo::detection
