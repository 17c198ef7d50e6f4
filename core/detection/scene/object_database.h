#ifndef FRAZO_CORE_DETECTION_SCENE_OBJECT_DATABASE_H_
#define FRAZO_CORE_DETECTION_SCENE_OBJECT_DATABASE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/detection/scene/scene.h"
#include "core/points/point.h"

namespace frazo::detection {

// Objects of other scenes with their points, one after the other in memory: an object of few points
// takes little. Adding is not thread-safe; all else is.
class ObjectDatabase {
 public:
  // `feature_count` features of each point.
  explicit ObjectDatabase(int64_t feature_count) : feature_count_(feature_count) {}

  // Adds an object. There are feature_count() features for each of its points, point by point.
  void Add(const SceneObject& object, absl::Span<const points::Point> points,
           absl::Span<const float> features);

  int64_t feature_count() const { return feature_count_; }
  const std::vector<SceneObject>& objects() const { return objects_; }
  // The points of an object, and their features.
  absl::Span<const points::Point> points(int64_t object) const;
  absl::Span<const float> features(int64_t object) const;

 private:
  const int64_t feature_count_;
  std::vector<SceneObject> objects_;
  // The end of each object's points; they begin at the end of those before.
  std::vector<int64_t> ends_;
  std::vector<points::Point> points_;
  std::vector<float> features_;
};

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_OBJECT_DATABASE_H_
