#include "core/detection/scene/camera.h"

namespace frazo::detection {

bool Camera::Sees(const points::Point& point) const {
  const auto row = [&](int i) {
    const double* const m = velo_to_image.data() + 4 * i;
    return m[0] * point.x + m[1] * point.y + m[2] * point.z + m[3];
  };
  const double depth = row(2);
  if (!IsFinite(point) || !(depth > 0)) return false;
  const double u = row(0);
  const double v = row(1);
  return u >= 0 && u <= width * depth && v >= 0 && v <= height * depth;
}

}  // namespace frazo::detection
