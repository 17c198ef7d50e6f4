#include "core/detection/scene/neighbor_choice.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/geometry/neighbor_grid.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

using geometry::NeighborGrid;
using geometry::Point;

// Scenes are prepared on many threads, each on one.
constexpr int kThreads = 1;

}  // namespace

absl::StatusOr<SceneNeighbors> ChooseNeighbors(const Scene& scene, absl::Span<const Point> centers,
                                               const PrepareScene::NeighborChoice& config,
                                               int64_t places, uint64_t seed) {
  if (config.count() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("count is ", config.count(), " but must be at least 0"));
  }
  FRAZO_ASSIGN_OR_RETURN(const NeighborGrid grid,
                         NeighborGrid::Create(scene.points, {}, config.radius()));
  const int64_t count = config.count();
  std::vector<int64_t> found(centers.size() * count);
  const absl::Span<int64_t> rows = absl::MakeSpan(found);
  if (config.sampling() == PrepareScene::NeighborChoice::CLOSEST) {
    FRAZO_RETURN_IF_ERROR(grid.FindClosest(centers, count, kThreads, rows));
  } else {
    FRAZO_RETURN_IF_ERROR(grid.FindUniform(centers, count, seed, kThreads, rows));
  }
  SceneNeighbors neighbors;
  const int64_t features = scene.feature_count;
  neighbors.features.resize(places * count * (3 + features));
  neighbors.counts.resize(places);
  float* place = neighbors.features.data();
  for (size_t i = 0; i < centers.size(); ++i, place += count * (3 + features)) {
    float* next = place;
    for (const int64_t index : rows.subspan(i * count, count)) {
      if (index == NeighborGrid::kNone) break;
      const Point& point = scene.points[index];
      *next++ = point.x - centers[i].x;
      *next++ = point.y - centers[i].y;
      *next++ = point.z - centers[i].z;
      next = std::copy_n(scene.features.begin() + index * features, features, next);
      ++neighbors.counts[i];
    }
  }
  return neighbors;
}

}  // namespace frazo::detection
