#ifndef FRAZO_CORE_BOXES_BOX_IOU_H_
#define FRAZO_CORE_BOXES_BOX_IOU_H_

#include "core/boxes/box.h"
#include "core/boxes/footprint.h"

namespace frazo::boxes {

// What an intersection over union (IoU) compares.
enum class IouView {
  // Volumes.
  k3d,
  // Areas as seen from above, at whatever height.
  kBirdsEye,
};

// A box with what each of many comparisons needs.
class IouBox {
 public:
  explicit IouBox(const Box& box);

  // Returns whether the circles around both footprints meet: false is quick proof of an IoU of 0.
  // False for a box that is not proper.
  bool IsNear(const IouBox& other) const {
    const double dx = other.footprint_.x - footprint_.x;
    const double dy = other.footprint_.y - footprint_.y;
    const double reach = radius_ + other.radius_;
    return dx * dx + dy * dy < reach * reach;
  }

  // Returns whether both have an area in common as seen from above: whether the IoU from there is
  // above 0, but for the last bits, at a small part of its cost.
  bool Meets(const IouBox& other) const {
    return IsNear(other) && Overlap(footprint_, other.footprint_);
  }

  // Returns a number from 0 to 1, never NaN. Boxes that only touch have 0, as has a box that is not
  // proper with any box. A heading counts modulo pi.
  double Iou(const IouBox& other, IouView view) const;

 private:
  Footprint footprint_;
  double z_;
  double half_height_;
  // The radius of the circle around the footprint. NaN unless the box is proper: NaN is near
  // nothing.
  double radius_;
};

}  // namespace frazo::boxes

#endif  // FRAZO_CORE_BOXES_BOX_IOU_H_
