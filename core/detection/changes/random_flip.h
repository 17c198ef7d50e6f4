#ifndef FRAZO_CORE_DETECTION_CHANGES_RANDOM_FLIP_H_
#define FRAZO_CORE_DETECTION_CHANGES_RANDOM_FLIP_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/detection/changes/scene_change.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Mirrors the world with a probability; `path` is the field path of the message, for errors. Error:
// kInvalidArgument for a probability that is not from 0 to 1.
absl::StatusOr<std::unique_ptr<SceneChange>> MakeRandomFlip(std::string_view path,
                                                            const SceneStep::RandomFlip& config);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_RANDOM_FLIP_H_
