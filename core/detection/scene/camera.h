#ifndef FRAZO_CORE_DETECTION_SCENE_CAMERA_H_
#define FRAZO_CORE_DETECTION_SCENE_CAMERA_H_

#include <array>

#include "core/points/point.h"

namespace frazo::detection {

// The camera of a scene.
struct Camera {
  // From [x, y, z, 1] of the world to [u * depth, v * depth, depth]: 3 x 4, row by row.
  std::array<double, 12> velo_to_image = {};
  // Pixels.
  double width = 0;
  double height = 0;

  // Returns whether the point is in front of the camera and falls into the image, whose edges are
  // inside. False for a point that is not finite, and if all numbers of the matrix are 0.
  bool Sees(const points::Point& point) const;
};

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_CAMERA_H_
