#include "core/detection/anchors/box_residual.h"

#include <cmath>

namespace frazo::detection {

BoxResidual EncodeResidual(const boxes::Box& anchor, const boxes::Box& box) {
  const double diagonal = std::hypot(anchor.length, anchor.width);
  return {(box.x - anchor.x) / diagonal,      (box.y - anchor.y) / diagonal,
          (box.z - anchor.z) / anchor.height, std::log(box.length / anchor.length),
          std::log(box.width / anchor.width), std::log(box.height / anchor.height),
          box.heading - anchor.heading};
}

}  // namespace frazo::detection
