#include "core/detection/scene/world_motion.h"

#include <algorithm>
#include <cmath>

namespace frazo::detection {
namespace {

constexpr double kPi = 3.14159265358979323846;

// The motion with its numbers worked out.
class Mover {
 public:
  explicit Mover(const WorldMotion& motion)
      : motion_(motion),
        mirror_(motion.mirrors ? -1 : 1),
        cosine_(std::cos(motion.angle)),
        sine_(std::sin(motion.angle)) {}

  template <typename Number>
  void Move(Number* x, Number* y, Number* z) const {
    const double from_x = *x;
    const double from_y = mirror_ * *y;
    *x = motion_.scale * (cosine_ * from_x - sine_ * from_y) + motion_.shift_x;
    *y = motion_.scale * (sine_ * from_x + cosine_ * from_y) + motion_.shift_y;
    *z = motion_.scale * *z + motion_.shift_z;
  }

  void Move(boxes::Box* box) const {
    Move(&box->x, &box->y, &box->z);
    box->length *= motion_.scale;
    box->width *= motion_.scale;
    box->height *= motion_.scale;
    box->heading = WrapAngle(mirror_ * box->heading + motion_.angle);
  }

  // A row r of the matrix sees p as r * [p, 1]. It becomes the row that sees the same in the place
  // where p comes to: the old one after the inverse motion.
  void MoveRow(double* row) const {
    const double x = row[0];
    const double y = row[1];
    row[0] = (x * cosine_ - y * mirror_ * sine_) / motion_.scale;
    row[1] = (x * sine_ + y * mirror_ * cosine_) / motion_.scale;
    row[2] /= motion_.scale;
    row[3] -= row[0] * motion_.shift_x + row[1] * motion_.shift_y + row[2] * motion_.shift_z;
  }

 private:
  const WorldMotion motion_;
  const double mirror_;
  const double cosine_;
  const double sine_;
};

}  // namespace

void MoveWorld(const WorldMotion& motion, Scene* scene) {
  const Mover mover(motion);
  for (points::Point& point : scene->points) mover.Move(&point.x, &point.y, &point.z);
  for (SceneObject& object : scene->objects) mover.Move(&object.box);
  for (int row = 0; row < 3; ++row) mover.MoveRow(scene->camera.velo_to_image.data() + 4 * row);
}

double WrapAngle(double angle) {
  const double wrapped = angle - 2 * kPi * std::floor((angle + kPi) / (2 * kPi));
  // Rounding may lead to the end of the range.
  return wrapped < kPi ? std::max(wrapped, -kPi) : -kPi;
}

}  // namespace frazo::detection
