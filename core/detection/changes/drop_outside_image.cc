#include "core/detection/changes/drop_outside_image.h"

namespace frazo::detection {
namespace {

class DropOutsideImageChange : public SceneChange {
 public:
  void Apply(numeric::Random*, Scene* scene) const override {
    scene->KeepPoints([&](size_t i) { return scene->camera.Sees(scene->points[i]); });
  }
};

}  // namespace

std::unique_ptr<SceneChange> MakeDropOutsideImage() {
  return std::make_unique<DropOutsideImageChange>();
}

}  // namespace frazo::detection
