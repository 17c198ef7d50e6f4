#include "core/detection/scene/points_inside.h"

#include "core/boxes/points_in_boxes.h"

namespace frazo::detection {
namespace {

struct Inside {
  std::vector<int32_t> counts;
  std::vector<int32_t> first_boxes;
};

Inside FindInside(const Scene& scene, absl::Span<const boxes::Box> boxes) {
  // Scenes are prepared on many threads, each on one.
  constexpr int kThreads = 1;
  Inside inside = {std::vector<int32_t>(boxes.size()), std::vector<int32_t>(scene.points.size())};
  // It has no error, as there is a place for each box and each point.
  boxes::PointsInBoxes(scene.points, boxes, kThreads,
                       {absl::MakeSpan(inside.counts), absl::MakeSpan(inside.first_boxes)})
      .IgnoreError();
  return inside;
}

}  // namespace

std::vector<int32_t> CountPointsInside(const Scene& scene) {
  std::vector<boxes::Box> boxes;
  boxes.reserve(scene.objects.size());
  for (const SceneObject& object : scene.objects) boxes.push_back(object.box);
  return FindInside(scene, boxes).counts;
}

std::vector<int32_t> FirstBoxes(const Scene& scene, absl::Span<const boxes::Box> boxes) {
  return FindInside(scene, boxes).first_boxes;
}

}  // namespace frazo::detection
