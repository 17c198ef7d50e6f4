#include "core/boxes/box.h"

#include <cmath>

namespace frazo::boxes {

bool IsProper(const Box& box) {
  for (const double number : {box.x, box.y, box.z, box.heading}) {
    if (!std::isfinite(number)) return false;
  }
  for (const double size : {box.length, box.width, box.height}) {
    // False for NaN.
    if (!(size >= Box::kMinSize && size <= Box::kMaxSize)) return false;
  }
  return true;
}

}  // namespace frazo::boxes
