#include "core/detection/scene/object_database.h"

namespace frazo::detection {

void ObjectDatabase::Add(const SceneObject& object, absl::Span<const points::Point> points,
                         absl::Span<const float> features) {
  objects_.push_back(object);
  points_.insert(points_.end(), points.begin(), points.end());
  features_.insert(features_.end(), features.begin(), features.end());
  ends_.push_back(points_.size());
}

absl::Span<const points::Point> ObjectDatabase::points(int64_t object) const {
  const int64_t begin = object == 0 ? 0 : ends_[object - 1];
  return absl::MakeConstSpan(points_).subspan(begin, ends_[object] - begin);
}

absl::Span<const float> ObjectDatabase::features(int64_t object) const {
  const int64_t begin = object == 0 ? 0 : ends_[object - 1];
  return absl::MakeConstSpan(features_).subspan(begin * feature_count_,
                                                (ends_[object] - begin) * feature_count_);
}

}  // namespace frazo::detection
