#include "core/detection/changes/remove_no_label_zone.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace frazo::detection {
namespace {

// Marks a point in a zone without labels.
constexpr float kInZone = 1;

class RemoveNoLabelZoneChange : public SceneChange {
 public:
  explicit RemoveNoLabelZoneChange(int64_t feature) : feature_(feature) {}

  void Apply(numeric::Random*, Scene* scene) const override {
    scene->KeepPoints(
        [&](size_t i) { return scene->features[i * scene->feature_count + feature_] != kInZone; });
  }

 private:
  const int64_t feature_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SceneChange>> MakeRemoveNoLabelZone(
    std::string_view path, const SceneStep::RemoveNoLabelZone& config, int64_t feature_count) {
  if (config.feature() < 0 || config.feature() >= feature_count) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ".feature: ", config.feature(), ", but a point has ", feature_count,
                     " features, counted from 0; point_features lists them"));
  }
  return std::make_unique<RemoveNoLabelZoneChange>(config.feature());
}

}  // namespace frazo::detection
