#include "core/detection/scene/kitti_difficulty.h"

namespace frazo::detection {
namespace {

struct Limits {
  int32_t difficulty;
  // Pixels.
  float min_height;
  int32_t max_occlusion;
  float max_truncation;
};

// Easiest first.
constexpr Limits kLimits[] = {{3, 40, 0, 0.15f}, {2, 25, 1, 0.30f}, {1, 25, 2, 0.50f}};

}  // namespace

int32_t KittiDifficulty(const SceneObject& object) {
  const float height = object.image_box.y_max - object.image_box.y_min;
  for (const Limits& limits : kLimits) {
    if (height >= limits.min_height && object.occlusion <= limits.max_occlusion &&
        object.truncation <= limits.max_truncation) {
      return limits.difficulty;
    }
  }
  return 0;
}

}  // namespace frazo::detection
