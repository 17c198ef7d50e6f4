#include "core/boxes/box_iou.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace frazo::boxes {

IouBox::IouBox(const Box& box)
    : footprint_(box),
      z_(box.z),
      half_height_(box.height / 2),
      radius_(IsProper(box) ? std::hypot(box.length, box.width) / 2
                            : std::numeric_limits<double>::quiet_NaN()) {}

double IouBox::Iou(const IouBox& other, IouView view) const {
  if (!IsNear(other)) return 0;
  double own_size = 4 * footprint_.half_length * footprint_.half_width;
  double other_size = 4 * other.footprint_.half_length * other.footprint_.half_width;
  double common_height = 1;
  if (view == IouView::k3d) {
    const double rise = other.z_ - z_;
    common_height = std::min(half_height_, rise + other.half_height_) -
                    std::max(-half_height_, rise - other.half_height_);
    if (common_height <= 0) return 0;
    own_size *= 2 * half_height_;
    other_size *= 2 * other.half_height_;
  }
  const double common = IntersectionArea(footprint_, other.footprint_) * common_height;
  // Rounding may lift it above the smaller box.
  return std::min(common / (own_size + other_size - common), 1.0);
}

}  // namespace frazo::boxes
