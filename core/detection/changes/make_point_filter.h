#ifndef FRAZO_CORE_DETECTION_CHANGES_MAKE_POINT_FILTER_H_
#define FRAZO_CORE_DETECTION_CHANGES_MAKE_POINT_FILTER_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/detection/changes/point_filter.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// What the scans have that are to be filtered.
struct ScanTraits {
  int64_t feature_count;
  bool has_camera;
};

// Makes a filter of its message; `path` is the field path of the SceneStep, for errors. Error:
// kInvalidArgument for a kind that is no filter, as one that draws at random; for a setting out of
// range; and for a filter that needs what the scans lack.
absl::StatusOr<std::unique_ptr<PointFilter>> MakePointFilter(std::string_view path,
                                                             const SceneStep& config,
                                                             const ScanTraits& traits);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_MAKE_POINT_FILTER_H_
