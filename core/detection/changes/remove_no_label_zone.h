#ifndef FRAZO_CORE_DETECTION_CHANGES_REMOVE_NO_LABEL_ZONE_H_
#define FRAZO_CORE_DETECTION_CHANGES_REMOVE_NO_LABEL_ZONE_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/detection/changes/point_filter.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Drops the points of zones that nobody labelled; `path` is the field path of the message, for
// errors. Error: kInvalidArgument for a feature that is not one of `feature_count`.
absl::StatusOr<std::unique_ptr<PointFilter>> MakeRemoveNoLabelZone(
    std::string_view path, const SceneStep::RemoveNoLabelZone& config, int64_t feature_count);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_REMOVE_NO_LABEL_ZONE_H_
