#include "core/detection/changes/drop_ring.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/detection/scene/check_number.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

// Below this distance a point is as good as at the sensor, where there is no angle.
constexpr double kLeastDistance = 1e-7;

// Radians from straight up.
double PolarAngle(const points::Point& point) {
  const double squares =
      double{point.x} * point.x + double{point.y} * point.y + double{point.z} * point.z;
  return std::acos(point.z / std::max(std::sqrt(squares), kLeastDistance));
}

class DropRingChange : public SceneChange {
 public:
  explicit DropRingChange(const SceneStep::DropRing& config) : config_(config) {}

  void Apply(numeric::Random* random, Scene* scene) const override {
    if (scene->points.empty()) return;
    const double middle = PolarAngle(scene->points[random->Below(scene->points.size())]);
    scene->KeepPoints([&](size_t i) {
      return !(std::abs(PolarAngle(scene->points[i]) - middle) <= config_.half_width());
    });
  }

 private:
  const SceneStep::DropRing config_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SceneChange>> MakeDropRing(std::string_view path,
                                                          const SceneStep::DropRing& config) {
  FRAZO_RETURN_IF_ERROR(
      CheckNumber(absl::StrCat(path, ".half_width"), config.half_width(), 0, 3.1416));
  return std::make_unique<DropRingChange>(config);
}

}  // namespace frazo::detection
