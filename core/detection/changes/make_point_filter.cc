#include "core/detection/changes/make_point_filter.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/detection/changes/drop_outside_image.h"
#include "core/detection/changes/keep_range.h"
#include "core/detection/changes/remove_no_label_zone.h"
#include "google/protobuf/descriptor.h"

namespace frazo::detection {
namespace {

std::string_view KindName(const SceneStep& config) {
  const auto* const kind = SceneStep::descriptor()->FindFieldByNumber(config.kind_case());
  return kind == nullptr ? "a step without a kind" : std::string_view(kind->name());
}

}  // namespace

absl::StatusOr<std::unique_ptr<PointFilter>> MakePointFilter(std::string_view path,
                                                             const SceneStep& config,
                                                             const ScanTraits& traits) {
  const auto of = [&](std::string_view kind) { return absl::StrCat(path, ".", kind); };
  switch (config.kind_case()) {
    case SceneStep::kKeepRange:
      return MakeKeepRange(of("keep_range"), config.keep_range());
    case SceneStep::kDropOutsideImage:
      if (traits.has_camera) return MakeDropOutsideImage();
      return absl::InvalidArgumentError(absl::StrCat(
          of("drop_outside_image"),
          ": needs the fields 'transform/velo_to_image_plane', 'image/width' and 'image/height'"));
    case SceneStep::kRemoveNoLabelZone:
      return MakeRemoveNoLabelZone(of("remove_no_label_zone"), config.remove_no_label_zone(),
                                   traits.feature_count);
    default:
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", KindName(config),
                       " draws at random or changes more than points; expected one of keep_range, "
                       "drop_outside_image, remove_no_label_zone"));
  }
}

}  // namespace frazo::detection
