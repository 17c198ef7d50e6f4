#include "core/detection/changes/drop_outside_image.h"

namespace frazo::detection {
namespace {

class DropOutsideImageFilter : public PointFilter {
 public:
  bool Keeps(const Camera& camera, const points::Point& point, const float*) const override {
    return camera.Sees(point);
  }
};

}  // namespace

std::unique_ptr<PointFilter> MakeDropOutsideImage() {
  return std::make_unique<DropOutsideImageFilter>();
}

}  // namespace frazo::detection
