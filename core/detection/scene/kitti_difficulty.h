#ifndef FRAZO_CORE_DETECTION_SCENE_KITTI_DIFFICULTY_H_
#define FRAZO_CORE_DETECTION_SCENE_KITTI_DIFFICULTY_H_

#include <cstdint>

namespace frazo::detection {

// What KITTI's benchmark asks of the objects of a difficulty (evaluate_object.cpp of its kit).
struct KittiLimits {
  // The least height of the box in the image, in pixels.
  double min_height;
  int max_occlusion;
  double max_truncation;
};

// Those of easy, moderate and hard objects.
inline constexpr KittiLimits kKittiLimits[] = {{40, 0, 0.15}, {25, 1, 0.30}, {25, 2, 0.50}};

// Returns how hard an object is to find: 3 easy, 2 moderate, 1 hard, 0 none of these. It is the
// easiest whose limits hold; NaN holds none. A truncation may be above its limit by what float32
// adds to 0.15.
int32_t KittiDifficultyOf(double image_height, double occlusion, double truncation);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_KITTI_DIFFICULTY_H_
