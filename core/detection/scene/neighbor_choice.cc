#include "core/detection/scene/neighbor_choice.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/geometry/neighbor_features.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

using geometry::NeighborSampling;
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
  const geometry::NeighborChoice choice = {
      config.radius(), config.count(),
      config.sampling() == PrepareScene::NeighborChoice::CLOSEST ? NeighborSampling::kClosest
                                                                 : NeighborSampling::kUniform,
      seed};
  const int64_t row = config.count() * (3 + scene.feature_count);
  SceneNeighbors neighbors;
  neighbors.features.resize(places * row);
  neighbors.counts.resize(places);
  FRAZO_RETURN_IF_ERROR(GatherNeighborFeatures(
      {scene.points, scene.features, scene.feature_count, scene.feature_count}, centers, choice,
      kThreads,
      {absl::MakeSpan(neighbors.features).subspan(0, centers.size() * row),
       absl::MakeSpan(neighbors.counts).subspan(0, centers.size())}));
  return neighbors;
}

}  // namespace frazo::detection
