#include "core/detection/scene/center_choice.h"

#include <cstddef>
#include <limits>

#include "core/points/farthest_points.h"
#include "core/points/uniform_points.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

using points::Point;

std::vector<uint8_t> Candidates(const Scene& scene, const PrepareScene::CenterChoice& config) {
  constexpr float kNoBound = std::numeric_limits<float>::infinity();
  const float min_z = config.has_min_z() ? config.min_z() : -kNoBound;
  const float max_z = config.has_max_z() ? config.max_z() : kNoBound;
  std::vector<uint8_t> is_candidate(scene.points.size());
  for (size_t i = 0; i < is_candidate.size(); ++i) {
    const Point& point = scene.points[i];
    is_candidate[i] =
        point.z >= min_z && point.z <= max_z && (!config.in_image() || scene.camera.Sees(point));
  }
  return is_candidate;
}

}  // namespace

absl::StatusOr<std::vector<Point>> ChooseCenters(const Scene& scene,
                                                 const PrepareScene::CenterChoice& config,
                                                 uint64_t seed) {
  const std::vector<uint8_t> is_candidate = Candidates(scene, config);
  std::vector<int64_t> chosen;
  if (config.sampling() == PrepareScene::CenterChoice::UNIFORM) {
    FRAZO_ASSIGN_OR_RETURN(chosen,
                           points::UniformPoints(scene.points, is_candidate, config.count(), seed));
  } else {
    FRAZO_ASSIGN_OR_RETURN(
        chosen, points::FarthestPoints(scene.points, is_candidate, {config.count(), {}, seed}));
  }
  std::vector<Point> centers;
  centers.reserve(chosen.size());
  for (const int64_t index : chosen) {
    centers.push_back({scene.points[index].x, scene.points[index].y, config.reference_height()});
  }
  return centers;
}

}  // namespace frazo::detection
