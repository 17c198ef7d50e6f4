#include "core/detection/changes/make_scene_change.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/detection/changes/drop_ring.h"
#include "core/detection/changes/filter_objects_by_points.h"
#include "core/detection/changes/make_point_filter.h"
#include "core/detection/changes/paste_objects.h"
#include "core/detection/changes/perturb_boxes.h"
#include "core/detection/changes/random_flip.h"
#include "core/detection/changes/random_rotation.h"
#include "core/detection/changes/random_scaling.h"
#include "core/detection/changes/random_translation.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

using ChangeOr = absl::StatusOr<std::unique_ptr<SceneChange>>;

ChangeOr Paste(const std::string& path, const SceneStep::PasteObjects& config,
               const SceneTraits& traits) {
  if (!traits.has_objects) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": needs objects, but there is no field 'object/label'"));
  }
  FRAZO_ASSIGN_OR_RETURN(std::shared_ptr<const ObjectDatabase> database,
                         traits.load_database(path, config));
  return MakePasteObjects(path, config, traits.classes, std::move(database));
}

}  // namespace

ChangeOr MakeSceneChange(std::string_view path, const SceneStep& config,
                         const SceneTraits& traits) {
  const auto of = [&](std::string_view kind) { return absl::StrCat(path, ".", kind); };
  switch (config.kind_case()) {
    case SceneStep::kKeepRange:
    case SceneStep::kDropOutsideImage:
    case SceneStep::kRemoveNoLabelZone:
      return MakePointFilter(path, config, {traits.feature_count, traits.has_camera});
    case SceneStep::kRandomFlip:
      return MakeRandomFlip(of("random_flip"), config.random_flip());
    case SceneStep::kRandomRotation:
      return MakeRandomRotation(of("random_rotation"), config.random_rotation());
    case SceneStep::kRandomScaling:
      return MakeRandomScaling(of("random_scaling"), config.random_scaling());
    case SceneStep::kRandomTranslation:
      return MakeRandomTranslation(of("random_translation"), config.random_translation());
    case SceneStep::kPerturbBoxes:
      return MakePerturbBoxes(of("perturb_boxes"), config.perturb_boxes());
    case SceneStep::kDropRing:
      return MakeDropRing(of("drop_ring"), config.drop_ring());
    case SceneStep::kFilterObjectsByPoints:
      return MakeFilterObjectsByPoints(of("filter_objects_by_points"),
                                       config.filter_objects_by_points());
    case SceneStep::kPasteObjects:
      return Paste(of("paste_objects"), config.paste_objects(), traits);
    case SceneStep::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": not set; expected a change, as keep_range or random_flip"));
}

bool OnlyDropsPoints(const SceneStep& config) {
  switch (config.kind_case()) {
    case SceneStep::kKeepRange:
    case SceneStep::kDropOutsideImage:
    case SceneStep::kDropRing:
    case SceneStep::kRemoveNoLabelZone:
      return true;
    default:
      return false;
  }
}

}  // namespace frazo::detection
