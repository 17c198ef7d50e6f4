#ifndef FRAZO_CORE_DETECTION_SCENE_NEIGHBOR_CHOICE_H_
#define FRAZO_CORE_DETECTION_SCENE_NEIGHBOR_CHOICE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/detection/scene/scene.h"
#include "core/geometry/point.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// The points around centres.
struct SceneNeighbors {
  // For each of `places` centres and each of config.count() neighbours: x, y and z from the centre,
  // then the features of the point. Zeros where there is none.
  std::vector<float> features;
  // The neighbours of each of `places` centres.
  std::vector<int32_t> counts;
};

// Returns the neighbours of the centres, for at least as many `places`. Error: kInvalidArgument for
// a radius that is not from 1e-6 to 1e6 metres, or a count below 0.
absl::StatusOr<SceneNeighbors> ChooseNeighbors(const Scene& scene,
                                               absl::Span<const geometry::Point> centers,
                                               const PrepareScene::NeighborChoice& config,
                                               int64_t places, uint64_t seed);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_NEIGHBOR_CHOICE_H_
