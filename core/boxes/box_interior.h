#ifndef FRAZO_CORE_BOXES_BOX_INTERIOR_H_
#define FRAZO_CORE_BOXES_BOX_INTERIOR_H_

#include <cmath>

#include "core/boxes/box.h"
#include "core/points/point.h"

namespace frazo::boxes {

// Tells which points are inside of a box. Its faces are inside; a box that is not proper has no
// inside.
class BoxInterior {
 public:
  explicit BoxInterior(const Box& box);

  bool Contains(const points::Point& point) const {
    const double dx = point.x - x_;
    const double dy = point.y - y_;
    // Most points are far away: this is all that they cost. Comparisons with NaN are false.
    if (!(dx * dx + dy * dy <= squared_radius_)) return false;
    return std::abs(cosine_ * dx + sine_ * dy) <= half_length_ &&
           std::abs(cosine_ * dy - sine_ * dx) <= half_width_ &&
           std::abs(point.z - z_) <= half_height_;
  }

 private:
  double x_;
  double y_;
  double z_;
  double half_length_;
  double half_width_;
  double half_height_;
  double cosine_;
  double sine_;
  // NaN unless the box is proper.
  double squared_radius_;
};

}  // namespace frazo::boxes

#endif  // FRAZO_CORE_BOXES_BOX_INTERIOR_H_
