#ifndef FRAZO_CORE_DETECTION_CHANGES_DROP_RING_H_
#define FRAZO_CORE_DETECTION_CHANGES_DROP_RING_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/detection/changes/scene_change.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Drops a random ring of the scan; `path` is the field path of the message, for errors. Error:
// kInvalidArgument for a half width that is not from 0 to 3.1416.
absl::StatusOr<std::unique_ptr<SceneChange>> MakeDropRing(std::string_view path,
                                                          const SceneStep::DropRing& config);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_DROP_RING_H_
