#ifndef FRAZO_CORE_BOXES_FOOTPRINT_H_
#define FRAZO_CORE_BOXES_FOOTPRINT_H_

#include "core/boxes/box.h"

namespace frazo::boxes {

// The rectangle of a box as seen from above, with what each of many intersections needs.
struct Footprint {
  // Without meaning unless the box is proper.
  explicit Footprint(const Box& box);

  double x;
  double y;
  double half_length;
  double half_width;
  // The direction of the heading.
  double cosine;
  double sine;
};

// Returns the area that both rectangles cover, in square metres. The order of the two changes no
// more than the last bits. The error is about 1e-15 of the longest side's square.
double IntersectionArea(const Footprint& a, const Footprint& b);

// Returns whether both rectangles have an area in common: as IntersectionArea(a, b) > 0, but for
// the last bits, at a small part of its cost.
bool Overlap(const Footprint& a, const Footprint& b);

}  // namespace frazo::boxes

#endif  // FRAZO_CORE_BOXES_FOOTPRINT_H_
