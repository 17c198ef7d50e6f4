#include "core/detection/scene/kitti_difficulty.h"

namespace frazo::detection {
namespace {

// KITTI's labels have two decimals: 0.15 may be stored as 0.1500000059.
constexpr double kRounding = 1e-6;
constexpr int32_t kEasy = 3;

}  // namespace

int32_t KittiDifficultyOf(double image_height, double occlusion, double truncation) {
  int32_t difficulty = kEasy;
  for (const KittiLimits& limits : kKittiLimits) {
    if (image_height >= limits.min_height && occlusion <= limits.max_occlusion &&
        truncation <= limits.max_truncation + kRounding) {
      return difficulty;
    }
    --difficulty;
  }
  return 0;
}

}  // namespace frazo::detection
