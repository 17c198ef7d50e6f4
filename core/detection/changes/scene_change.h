#ifndef FRAZO_CORE_DETECTION_CHANGES_SCENE_CHANGE_H_
#define FRAZO_CORE_DETECTION_CHANGES_SCENE_CHANGE_H_

#include "core/detection/scene/scene.h"
#include "core/numeric/random.h"

namespace frazo::detection {

// A step that changes a scene. Thread-safe.
class SceneChange {
 public:
  virtual ~SceneChange() = default;

  // Takes as many numbers of *random as it needs.
  virtual void Apply(numeric::Random* random, Scene* scene) const = 0;
};

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_SCENE_CHANGE_H_
