#ifndef FRAZO_CORE_DETECTION_SCENE_KITTI_DIFFICULTY_H_
#define FRAZO_CORE_DETECTION_SCENE_KITTI_DIFFICULTY_H_

#include <cstdint>

#include "core/detection/scene/scene.h"

namespace frazo::detection {

// Returns how hard an object is to find by the rules of KITTI's benchmark: 3 easy, 2 moderate, 1
// hard, 0 none of these; it reads the image box, the occlusion and the truncation.
int32_t KittiDifficulty(const SceneObject& object);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_KITTI_DIFFICULTY_H_
