#ifndef FRAZO_CORE_DETECTION_CHANGES_PASTE_OBJECTS_H_
#define FRAZO_CORE_DETECTION_CHANGES_PASTE_OBJECTS_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/detection/changes/scene_change.h"
#include "core/detection/scene/class_names.h"
#include "core/detection/scene/object_database.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Puts objects of `database` into the scene; `path` is the field path of the message, for errors.
// The objects have the features that the points of scenes have. Error: kInvalidArgument for a class
// that is not one of `classes`, for numbers out of range, and if no object of the database fits the
// settings.
absl::StatusOr<std::unique_ptr<SceneChange>> MakePasteObjects(
    std::string_view path, const SceneStep::PasteObjects& config, const ClassNames& classes,
    std::shared_ptr<const ObjectDatabase> database);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_PASTE_OBJECTS_H_
