#ifndef FRAZO_CORE_DETECTION_SCENE_CENTER_CHOICE_H_
#define FRAZO_CORE_DETECTION_SCENE_CENTER_CHOICE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/detection/scene/scene.h"
#include "core/points/point.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Returns the places where the model looks for objects, in the order of choice: at most
// config.count() points of the scene, at the reference height. The scene stays as it is. Error:
// kInvalidArgument for a count below 0.
absl::StatusOr<std::vector<points::Point>> ChooseCenters(const Scene& scene,
                                                         const PrepareScene::CenterChoice& config,
                                                         uint64_t seed);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_CENTER_CHOICE_H_
