#ifndef FRAZO_CORE_DETECTION_CHANGES_KEEP_RANGE_H_
#define FRAZO_CORE_DETECTION_CHANGES_KEEP_RANGE_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/detection/changes/point_filter.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Drops the points outside of a range; `path` is the field path of the message, for errors. Error:
// kInvalidArgument for a lower bound that is not at most the upper one.
absl::StatusOr<std::unique_ptr<PointFilter>> MakeKeepRange(std::string_view path,
                                                           const SceneStep::KeepRange& config);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_KEEP_RANGE_H_
