#ifndef FRAZO_CORE_DETECTION_ANCHORS_BOX_RESIDUAL_H_
#define FRAZO_CORE_DETECTION_ANCHORS_BOX_RESIDUAL_H_

#include <array>

#include "core/boxes/box.h"

namespace frazo::detection {

// What a detector predicts of a box relative to an anchor (Zhou and Tuzel 2018, "VoxelNet",
// equation 1): with the diagonal d = sqrt(length_a^2 + width_a^2) of the anchor's footprint,
//
//   (x - x_a) / d, (y - y_a) / d, (z - z_a) / height_a,
//   ln(length / length_a), ln(width / width_a), ln(height / height_a), heading - heading_a
using BoxResidual = std::array<double, 7>;

// Both boxes are proper.
BoxResidual EncodeResidual(const boxes::Box& anchor, const boxes::Box& box);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_ANCHORS_BOX_RESIDUAL_H_
