#ifndef FRAZO_CORE_DETECTION_SCENE_NEIGHBOR_CHOICE_H_
#define FRAZO_CORE_DETECTION_SCENE_NEIGHBOR_CHOICE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/points/neighbor_features.h"
#include "core/points/point.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Sets the neighbours of the centres, and zeros for the places behind them: `places` has at least
// one for each centre. Error: kInvalidArgument for a radius that is not from 1e-6 to 1e6 metres, a
// count below 0, and sizes that do not fit.
absl::Status ChooseNeighbors(const points::FeaturedPoints& points,
                             absl::Span<const points::Point> centers,
                             const PrepareScene::NeighborChoice& config, uint64_t seed,
                             const points::NeighborPlaces& places);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_NEIGHBOR_CHOICE_H_
