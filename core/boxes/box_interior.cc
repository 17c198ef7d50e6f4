#include "core/boxes/box_interior.h"

#include <limits>

namespace frazo::boxes {
namespace {

// The circle around a box is wider than its corners by more than rounding can take away.
constexpr double kMargin = 1 + 1e-9;

}  // namespace

BoxInterior::BoxInterior(const Box& box)
    : x_(box.x),
      y_(box.y),
      z_(box.z),
      half_length_(box.length / 2),
      half_width_(box.width / 2),
      half_height_(box.height / 2),
      cosine_(std::cos(box.heading)),
      sine_(std::sin(box.heading)),
      squared_radius_(IsProper(box)
                          ? kMargin * (half_length_ * half_length_ + half_width_ * half_width_)
                          : std::numeric_limits<double>::quiet_NaN()) {}

}  // namespace frazo::boxes
