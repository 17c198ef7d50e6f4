#ifndef FRAZO_CORE_DETECTION_CHANGES_MAKE_SCENE_CHANGE_H_
#define FRAZO_CORE_DETECTION_CHANGES_MAKE_SCENE_CHANGE_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/detection/changes/scene_change.h"
#include "core/detection/scene/class_names.h"
#include "core/detection/scene/object_database.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// What the scenes have that are to be changed.
struct SceneTraits {
  // Reads the files of paste_objects; `path` is the field path of that message, for errors.
  using LoadDatabase = absl::FunctionRef<absl::StatusOr<std::shared_ptr<const ObjectDatabase>>(
      std::string_view path, const SceneStep::PasteObjects& config)>;

  const ClassNames& classes;
  int64_t feature_count;
  bool has_camera;
  bool has_objects;
  LoadDatabase load_database;
};

// Makes a change of its message; `path` is the field path of the SceneStep, for errors. Error:
// kInvalidArgument if no kind is set, for a setting out of range, and for a change that needs what
// the scenes lack; also those of load_database.
absl::StatusOr<std::unique_ptr<SceneChange>> MakeSceneChange(std::string_view path,
                                                             const SceneStep& config,
                                                             const SceneTraits& traits);

// Returns whether the change does nothing else than to drop points.
bool OnlyDropsPoints(const SceneStep& config);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_MAKE_SCENE_CHANGE_H_
