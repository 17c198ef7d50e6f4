#include "core/detection/scene/image_box.h"

#include <algorithm>
#include <cmath>

namespace frazo::detection {
namespace {

double Area(const ImageBox& box) { return (box.x_max - box.x_min) * (box.y_max - box.y_min); }

double CommonArea(const ImageBox& a, const ImageBox& b) {
  const double width = std::min(a.x_max, b.x_max) - std::max(a.x_min, b.x_min);
  const double height = std::min(a.y_max, b.y_max) - std::max(a.y_min, b.y_min);
  return width > 0 && height > 0 ? width * height : 0;
}

}  // namespace

bool IsFinite(const ImageBox& box) {
  return std::isfinite(box.x_min) && std::isfinite(box.y_min) && std::isfinite(box.x_max) &&
         std::isfinite(box.y_max);
}

bool IsProper(const ImageBox& box) {
  return IsFinite(box) && box.x_min <= box.x_max && box.y_min <= box.y_max;
}

double ImageIou(const ImageBox& a, const ImageBox& b) {
  const double common = CommonArea(a, b);
  return common > 0 ? common / (Area(a) + Area(b) - common) : 0;
}

double CoveredShare(const ImageBox& box, const ImageBox& area) {
  const double common = CommonArea(box, area);
  return common > 0 ? common / Area(box) : 0;
}

}  // namespace frazo::detection
