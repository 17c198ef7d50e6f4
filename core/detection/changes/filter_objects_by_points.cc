#include "core/detection/changes/filter_objects_by_points.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/detection/scene/check_number.h"
#include "core/detection/scene/points_inside.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

class FilterObjectsByPointsChange : public SceneChange {
 public:
  explicit FilterObjectsByPointsChange(const SceneStep::FilterObjectsByPoints& config)
      : config_(config) {}

  void Apply(numeric::Random*, Scene* scene) const override {
    const std::vector<int32_t> counts = CountPointsInside(*scene);
    size_t kept = 0;
    for (size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] >= config_.min_points()) scene->objects[kept++] = scene->objects[i];
    }
    scene->objects.resize(kept);
  }

 private:
  const SceneStep::FilterObjectsByPoints config_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SceneChange>> MakeFilterObjectsByPoints(
    std::string_view path, const SceneStep::FilterObjectsByPoints& config) {
  FRAZO_RETURN_IF_ERROR(CheckNumber(absl::StrCat(path, ".min_points"), config.min_points(), 0,
                                    std::numeric_limits<int32_t>::max()));
  return std::make_unique<FilterObjectsByPointsChange>(config);
}

}  // namespace frazo::detection
