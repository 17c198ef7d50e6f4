#include "core/detection/changes/perturb_boxes.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/detection/scene/check_number.h"
#include "core/detection/scene/points_inside.h"
#include "core/detection/scene/world_motion.h"
#include "core/geometry/box_iou.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

using geometry::Box;
using geometry::IouBox;
using geometry::IouView;
using geometry::Point;

// Half a turn, rounded up.
constexpr double kMostRadians = 3.1416001;

bool Meet(const IouBox& a, const IouBox& b) {
  return a.IsNear(b) && a.Iou(b, IouView::kBirdsEye) > 0;
}

// Turns the points inside of the box.
void TurnPoints(const Box& box, double angle, std::vector<Point>* points) {
  const double cosine = std::cos(angle);
  const double sine = std::sin(angle);
  for (const int64_t index : PointsInside(*points, box)) {
    Point& point = (*points)[index];
    const double dx = point.x - box.x;
    const double dy = point.y - box.y;
    point.x = static_cast<float>(box.x + cosine * dx - sine * dy);
    point.y = static_cast<float>(box.y + sine * dx + cosine * dy);
  }
}

class PerturbBoxesChange : public SceneChange {
 public:
  explicit PerturbBoxesChange(const SceneStep::PerturbBoxes& config) : config_(config) {}

  void Apply(numeric::Random* random, Scene* scene) const override {
    std::vector<IouBox> boxes;
    boxes.reserve(scene->objects.size());
    for (const SceneObject& object : scene->objects) boxes.emplace_back(object.box);
    for (size_t i = 0; i < boxes.size(); ++i) {
      if (scene->objects[i].model_class == 0) continue;
      const double angle = config_.max_angle() * (2 * random->Fraction() - 1);
      Box turned = scene->objects[i].box;
      turned.heading = WrapAngle(turned.heading + angle);
      const IouBox candidate(turned);
      if (config_.avoid_collisions() && Collides(candidate, i, boxes)) continue;
      TurnPoints(scene->objects[i].box, angle, &scene->points);
      scene->objects[i].box = turned;
      boxes[i] = candidate;
    }
  }

 private:
  // Returns whether box `index` in its new place meets one that it does not meet now.
  static bool Collides(const IouBox& candidate, size_t index, const std::vector<IouBox>& boxes) {
    for (size_t i = 0; i < boxes.size(); ++i) {
      if (i != index && Meet(candidate, boxes[i]) && !Meet(boxes[index], boxes[i])) return true;
    }
    return false;
  }

  const SceneStep::PerturbBoxes config_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SceneChange>> MakePerturbBoxes(
    std::string_view path, const SceneStep::PerturbBoxes& config) {
  FRAZO_RETURN_IF_ERROR(
      CheckNumber(absl::StrCat(path, ".max_angle"), config.max_angle(), 0, kMostRadians));
  return std::make_unique<PerturbBoxesChange>(config);
}

}  // namespace frazo::detection
