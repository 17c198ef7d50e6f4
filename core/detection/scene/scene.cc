#include "core/detection/scene/scene.h"

#include <algorithm>

namespace frazo::detection {

void Scene::KeepPoints(absl::FunctionRef<bool(size_t index)> keeps) {
  size_t kept = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    if (!keeps(i)) continue;
    if (kept != i) {
      points[kept] = points[i];
      std::copy_n(features.begin() + i * feature_count, feature_count,
                  features.begin() + kept * feature_count);
    }
    ++kept;
  }
  points.resize(kept);
  features.resize(kept * feature_count);
}

}  // namespace frazo::detection
