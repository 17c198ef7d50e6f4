#ifndef FRAZO_CORE_DETECTION_CHANGES_FILTER_OBJECTS_BY_POINTS_H_
#define FRAZO_CORE_DETECTION_CHANGES_FILTER_OBJECTS_BY_POINTS_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/detection/changes/scene_change.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Removes the objects with few points; `path` is the field path of the message, for errors. Error:
// kInvalidArgument for a min_points below 0.
absl::StatusOr<std::unique_ptr<SceneChange>> MakeFilterObjectsByPoints(
    std::string_view path, const SceneStep::FilterObjectsByPoints& config);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_FILTER_OBJECTS_BY_POINTS_H_
