#ifndef FRAZO_CORE_DETECTION_CHANGES_PERTURB_BOXES_H_
#define FRAZO_CORE_DETECTION_CHANGES_PERTURB_BOXES_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/detection/changes/scene_change.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Turns each box of a class of the model around its middle, with the points inside; `path` is the
// field path of the message, for errors. Error: kInvalidArgument for a max_angle that is not from 0
// to 3.1416.
absl::StatusOr<std::unique_ptr<SceneChange>> MakePerturbBoxes(
    std::string_view path, const SceneStep::PerturbBoxes& config);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_PERTURB_BOXES_H_
