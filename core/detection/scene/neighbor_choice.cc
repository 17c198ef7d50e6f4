#include "core/detection/scene/neighbor_choice.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace frazo::detection {
namespace {

using points::NeighborSampling;
using points::Point;

// Scenes are prepared on many threads, each on one.
constexpr int kThreads = 1;

}  // namespace

absl::Status ChooseNeighbors(const points::FeaturedPoints& points, absl::Span<const Point> centers,
                             const PrepareScene::NeighborChoice& config, uint64_t seed,
                             const points::NeighborPlaces& places) {
  if (config.count() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("count is ", config.count(), " but must be at least 0"));
  }
  const size_t set = centers.size() * config.count() * (3 + points.feature_count);
  if (places.counts.size() < centers.size() || places.features.size() < set) {
    return absl::InvalidArgumentError(absl::StrCat("there are ", places.counts.size(),
                                                   " places for ", centers.size(), " centres"));
  }
  const points::NeighborChoice choice = {config.radius(), config.count(),
                                         config.sampling() == PrepareScene::NeighborChoice::CLOSEST
                                             ? NeighborSampling::kClosest
                                             : NeighborSampling::kUniform,
                                         seed};
  std::fill(places.features.begin() + set, places.features.end(), 0.0f);
  std::fill(places.counts.begin() + centers.size(), places.counts.end(), 0);
  return GatherNeighborFeatures(points, centers, choice, kThreads,
                                {places.features.first(set), places.counts.first(centers.size())});
}

}  // namespace frazo::detection
