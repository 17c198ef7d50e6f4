#include "core/detection/changes/remove_no_label_zone.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace frazo::detection {
namespace {

// Marks a point in a zone without labels.
constexpr float kInZone = 1;

class RemoveNoLabelZoneFilter : public PointFilter {
 public:
  explicit RemoveNoLabelZoneFilter(int64_t feature) : feature_(feature) {}

  bool Keeps(const Camera&, const points::Point&, const float* features) const override {
    return features[feature_] != kInZone;
  }

 private:
  const int64_t feature_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PointFilter>> MakeRemoveNoLabelZone(
    std::string_view path, const SceneStep::RemoveNoLabelZone& config, int64_t feature_count) {
  if (config.feature() < 0 || config.feature() >= feature_count) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ".feature: ", config.feature(), ", but a point has ", feature_count,
                     " features, counted from 0; point_features lists them"));
  }
  return std::make_unique<RemoveNoLabelZoneFilter>(config.feature());
}

}  // namespace frazo::detection
