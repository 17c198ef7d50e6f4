#ifndef FRAZO_CORE_DETECTION_CHANGES_RANDOM_TRANSLATION_H_
#define FRAZO_CORE_DETECTION_CHANGES_RANDOM_TRANSLATION_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/detection/changes/scene_change.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Moves the world by a random way; `path` is the field path of the message, for errors. Error:
// kInvalidArgument for a standard deviation that is not from 0 to 1000 metres.
absl::StatusOr<std::unique_ptr<SceneChange>> MakeRandomTranslation(
    std::string_view path, const SceneStep::RandomTranslation& config);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_RANDOM_TRANSLATION_H_
