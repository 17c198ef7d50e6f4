#include "core/detection/changes/perturb_boxes.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/boxes/box_iou.h"
#include "core/boxes/points_in_boxes.h"
#include "core/detection/scene/check_number.h"
#include "core/detection/scene/points_inside.h"
#include "core/detection/scene/world_motion.h"
#include "core/status/status_macros.h"

namespace frazo::detection {
namespace {

using boxes::Box;
using boxes::BoxPoints;
using boxes::IouBox;
using points::Point;

// Half a turn, rounded up.
constexpr double kMostRadians = 3.1416001;

// A box that is turned.
struct Turn {
  double x;
  double y;
  double cosine;
  double sine;

  Turn(const Box& box, double angle)
      : x(box.x), y(box.y), cosine(std::cos(angle)), sine(std::sin(angle)) {}

  void Apply(Point* point) const {
    const double dx = point->x - x;
    const double dy = point->y - y;
    point->x = static_cast<float>(x + cosine * dx - sine * dy);
    point->y = static_cast<float>(y + sine * dx + cosine * dy);
  }
};

class PerturbBoxesChange : public SceneChange {
 public:
  explicit PerturbBoxesChange(const SceneStep::PerturbBoxes& config) : config_(config) {}

  void Apply(numeric::Random* random, Scene* scene) const override {
    std::vector<IouBox> boxes;
    boxes.reserve(scene->objects.size());
    for (const SceneObject& object : scene->objects) boxes.emplace_back(object.box);
    // Those that turn, as they were before.
    std::vector<Box> turned_boxes;
    std::vector<Turn> turns;
    for (size_t i = 0; i < boxes.size(); ++i) {
      if (scene->objects[i].model_class == 0) continue;
      const double angle = config_.max_angle() * (2 * random->Fraction() - 1);
      Box& box = scene->objects[i].box;
      Box turned = box;
      turned.heading = WrapAngle(turned.heading + angle);
      const IouBox candidate(turned);
      if (config_.avoid_collisions() && Collides(candidate, i, boxes)) continue;
      turned_boxes.push_back(box);
      turns.emplace_back(box, angle);
      box = turned;
      boxes[i] = candidate;
    }
    const std::vector<int32_t> first_boxes = FirstBoxes(*scene, turned_boxes);
    for (size_t i = 0; i < first_boxes.size(); ++i) {
      if (first_boxes[i] != BoxPoints::kNone) turns[first_boxes[i]].Apply(&scene->points[i]);
    }
  }

 private:
  // Returns whether box `index` in its new place meets one that it does not meet now.
  static bool Collides(const IouBox& candidate, size_t index, const std::vector<IouBox>& boxes) {
    for (size_t i = 0; i < boxes.size(); ++i) {
      if (i != index && candidate.Meets(boxes[i]) && !boxes[index].Meets(boxes[i])) return true;
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
