#ifndef FRAZO_CORE_DETECTION_CHANGES_RANDOM_SCALING_H_
#define FRAZO_CORE_DETECTION_CHANGES_RANDOM_SCALING_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/detection/changes/scene_change.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Scales the world by a random factor; `path` is the field path of the message, for errors. Error:
// kInvalidArgument unless 0.01 <= min_factor <= max_factor <= 100.
absl::StatusOr<std::unique_ptr<SceneChange>> MakeRandomScaling(
    std::string_view path, const SceneStep::RandomScaling& config);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_RANDOM_SCALING_H_
