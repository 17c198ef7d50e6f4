#ifndef FRAZO_CORE_PROCESS_STEPS_SCENE_DATABASE_H_
#define FRAZO_CORE_PROCESS_STEPS_SCENE_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/detection/scene/class_names.h"
#include "core/detection/scene/object_database.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::process {

// A database with a hash of its content, in the order of the files' names.
struct SceneDatabase {
  std::shared_ptr<const detection::ObjectDatabase> objects;
  uint64_t fingerprint = 0;
};

// Reads the files of config.database(), TFRecord files of tf.Examples of one object each:
//
//   num_points int64, points float[3 num_points], points_feature float[feature_count num_points],
//   bbox_3d float[7] (x, y, z, length, width, height, heading), label int64 (an index in the names
//   of `classes`), text bytes (that name), difficulty int64, occlusion int64, truncation float
//
// The last four may be missing. No more than config.max_points() of the points of an object are
// kept, unless it takes more to fulfil config.min_points(). `path` is the field path of the
// message, for errors.
//
// Errors: kNotFound and kPermissionDenied for the files; kDataLoss for damage; kInvalidArgument for
// a record that is not as above, with the file and the number of the record, and for a pattern that
// is missing.
absl::StatusOr<SceneDatabase> LoadSceneDatabase(std::string_view path,
                                                const SceneStep::PasteObjects& config,
                                                const detection::ClassNames& classes,
                                                int64_t feature_count);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEPS_SCENE_DATABASE_H_
