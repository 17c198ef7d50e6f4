#ifndef FRAZO_CORE_DETECTION_CHANGES_POINT_FILTER_H_
#define FRAZO_CORE_DETECTION_CHANGES_POINT_FILTER_H_

#include <cstddef>

#include "core/detection/changes/scene_change.h"
#include "core/detection/scene/camera.h"
#include "core/points/point.h"

namespace frazo::detection {

// A change that looks at each point by itself and draws nothing at random: it needs no scene, so
// that a scan can be filtered where it lies. Thread-safe.
class PointFilter : public SceneChange {
 public:
  // Returns whether the point stays; `features` are its own.
  virtual bool Keeps(const Camera& camera, const points::Point& point,
                     const float* features) const = 0;

  void Apply(numeric::Random*, Scene* scene) const final {
    scene->KeepPoints([&](size_t i) {
      return Keeps(scene->camera, scene->points[i],
                   scene->features.data() + i * scene->feature_count);
    });
  }
};

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_POINT_FILTER_H_
