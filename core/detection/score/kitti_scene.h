#ifndef FRAZO_CORE_DETECTION_SCORE_KITTI_SCENE_H_
#define FRAZO_CORE_DETECTION_SCORE_KITTI_SCENE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/boxes/box.h"
#include "core/detection/scene/image_box.h"

namespace frazo::detection::score {

// What an object is, by KITTI's names in the order of its records.
enum class KittiLabel {
  kBackground,
  kCar,
  kVan,
  kTruck,
  kPedestrian,
  kPersonSitting,
  kCyclist,
  kTram,
  kMisc,
  // An area of the image in which objects were not labelled.
  kDontCare,
};

// An angle of observation that nobody knows.
constexpr double kUnknownAlpha = -10;

// An object of a label file.
struct KittiTruth {
  // A box that is not proper, as that of a DontCare area, overlaps nothing.
  boxes::Box box;
  ImageBox image_box;
  KittiLabel label = KittiLabel::kCar;
  // The share that lies outside the image, 0 to 1; -1 where unknown.
  double truncation = 0;
  // 0 visible, 1 partly and 2 largely occluded, 3 unknown; -1 for a DontCare area.
  int occlusion = 0;
  // The angle at which the camera sees the object, radians.
  double alpha = 0;
};

struct KittiDetection {
  boxes::Box box;
  ImageBox image_box;
  KittiLabel label = KittiLabel::kCar;
  double score = 0;
  // As that of a truth, or kUnknownAlpha.
  double alpha = 0;
};

// The objects of one image, and what was detected there.
struct KittiScene {
  // For errors.
  std::string name;
  std::vector<KittiTruth> truths;
  std::vector<KittiDetection> detections;
};

// Error: kInvalidArgument, with the name of the scene, if an object has no proper image box, a
// label that is none, or a score, truncation or alpha that is not finite.
absl::Status CheckKittiScene(const KittiScene& scene);

}  // namespace frazo::detection::score

#endif  // FRAZO_CORE_DETECTION_SCORE_KITTI_SCENE_H_
