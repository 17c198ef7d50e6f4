#include "core/detection/scene/box_interior.h"

#include <cstddef>
#include <limits>

namespace frazo::detection {
namespace {

// The circle around a box is wider than its corners by more than rounding can take away.
constexpr double kMargin = 1 + 1e-9;

}  // namespace

BoxInterior::BoxInterior(const geometry::Box& box)
    : x_(box.x),
      y_(box.y),
      z_(box.z),
      half_length_(box.length / 2),
      half_width_(box.width / 2),
      half_height_(box.height / 2),
      cosine_(std::cos(box.heading)),
      sine_(std::sin(box.heading)),
      squared_radius_(IsProper(box)
                          ? kMargin * (half_length_ * half_length_ + half_width_ * half_width_)
                          : std::numeric_limits<double>::quiet_NaN()) {}

std::vector<int64_t> PointsInside(absl::Span<const geometry::Point> points,
                                  const geometry::Box& box) {
  const BoxInterior interior(box);
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
    const BoxInterior interior(object.box);
    int32_t count = 0;
    for (const geometry::Point& point : scene.points) count += interior.Contains(point);
    counts.push_back(count);
  }
  return counts;
}

}  // namespace frazo::detection
