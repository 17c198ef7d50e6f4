#include "core/detection/score/kitti_scene.h"

#include <cmath>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::detection::score {
namespace {

absl::Status CheckImageBoxAndLabel(const ImageBox& box, KittiLabel label,
                                   const std::string& place) {
  if (!IsProper(box)) {
    return absl::InvalidArgumentError(absl::StrCat(
        place, " has the image box [", box.x_min, ", ", box.y_min, ", ", box.x_max, ", ", box.y_max,
        "]; each needs x_min <= x_max, y_min <= y_max in pixels: project its 3D box if it has "
        "none"));
  }
  if (label < KittiLabel::kBackground || label > KittiLabel::kDontCare) {
    return absl::InvalidArgumentError(absl::StrCat(place, " has the label ",
                                                   static_cast<int>(label),
                                                   "; labels are 0 (Background) to 9 (DontCare)"));
  }
  return absl::OkStatus();
}

absl::Status CheckFinite(double value, const char* noun, const std::string& place) {
  if (std::isfinite(value)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(place, " has the ", noun, " ", value, ", but it must be finite"));
}

}  // namespace

absl::Status CheckKittiScene(const KittiScene& scene) {
  for (size_t i = 0; i < scene.truths.size(); ++i) {
    const KittiTruth& truth = scene.truths[i];
    const std::string place = absl::StrCat("scene '", scene.name, "': truth ", i);
    FRAZO_RETURN_IF_ERROR(CheckImageBoxAndLabel(truth.image_box, truth.label, place));
    FRAZO_RETURN_IF_ERROR(CheckFinite(truth.truncation, "truncation", place));
    FRAZO_RETURN_IF_ERROR(CheckFinite(truth.alpha, "alpha", place));
  }
  for (size_t i = 0; i < scene.detections.size(); ++i) {
    const KittiDetection& detection = scene.detections[i];
    const std::string place = absl::StrCat("scene '", scene.name, "': detection ", i);
    FRAZO_RETURN_IF_ERROR(CheckImageBoxAndLabel(detection.image_box, detection.label, place));
    FRAZO_RETURN_IF_ERROR(CheckFinite(detection.score, "score", place));
    FRAZO_RETURN_IF_ERROR(CheckFinite(detection.alpha, "alpha", place));
  }
  return absl::OkStatus();
}

}  // namespace frazo::detection::score
