#ifndef FRAZO_CORE_DETECTION_SCENE_WORLD_MOTION_H_
#define FRAZO_CORE_DETECTION_SCENE_WORLD_MOTION_H_

#include "core/detection/scene/scene.h"

namespace frazo::detection {

// A motion of the whole world: a point p becomes scale * turn(mirror(p)) + shift.
struct WorldMotion {
  // Left becomes right: y becomes -y.
  bool mirrors = false;
  // Radians, counter-clockwise around the z axis.
  double angle = 0;
  // > 0.
  double scale = 1;
  // Metres.
  double shift_x = 0;
  double shift_y = 0;
  double shift_z = 0;
};

// Moves the points, the boxes and the camera, so that the camera sees the same as before. Headings
// are in [-pi, pi) afterwards.
void MoveWorld(const WorldMotion& motion, Scene* scene);

// Returns the angle in [-pi, pi) that differs by whole turns.
double WrapAngle(double angle);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_WORLD_MOTION_H_
