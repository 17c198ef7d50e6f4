#ifndef FRAZO_CORE_DETECTION_SCENE_SCENE_H_
#define FRAZO_CORE_DETECTION_SCENE_SCENE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "core/boxes/box.h"
#include "core/detection/scene/camera.h"
#include "core/detection/scene/image_box.h"
#include "core/points/point.h"

namespace frazo::detection {

// What is known about an object. How many points are inside of its box is not kept here, where it
// would be false after the next change of the scene: CountPointsInside() tells it.
struct SceneObject {
  boxes::Box box;
  // The index in the names of the data set's classes.
  int32_t label = 0;
  // The class of the model; 0 if the model does not know the class.
  int32_t model_class = 0;
  // KITTI: 3 easy, 2 moderate, 1 hard, 0 none of these.
  int32_t difficulty = 0;
  // KITTI: 0 fully visible, 1 partly occluded, 2 largely occluded, 3 unknown.
  int32_t occlusion = 0;
  // The share of the object that is outside of the image.
  float truncation = 0;
  // All zeros for an object that was pasted: no image shows it.
  ImageBox image_box;
};

// A scan with its objects.
struct Scene {
  std::vector<points::Point> points;
  // `feature_count` features of each point.
  int64_t feature_count = 0;
  std::vector<float> features;
  // Whether somebody labelled the objects. Nobody knows what is in a scan without labels.
  bool is_labelled = true;
  // Their boxes are proper.
  std::vector<SceneObject> objects;
  // Areas of the image where nobody knows what is there.
  std::vector<ImageBox> ignored_image_boxes;
  Camera camera;

  // Drops the points, with their features, for which keeps(index) is false. It is called once for
  // each point, in their order.
  void KeepPoints(absl::FunctionRef<bool(size_t index)> keeps);
};

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_SCENE_H_
