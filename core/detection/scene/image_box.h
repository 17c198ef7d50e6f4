#ifndef FRAZO_CORE_DETECTION_SCENE_IMAGE_BOX_H_
#define FRAZO_CORE_DETECTION_SCENE_IMAGE_BOX_H_

namespace frazo::detection {

// An upright rectangle of an image, in pixels: x to the right, y down.
struct ImageBox {
  double x_min = 0;
  double y_min = 0;
  double x_max = 0;
  double y_max = 0;
};

// Returns whether all numbers are finite.
bool IsFinite(const ImageBox& box);

// Returns whether all numbers are finite and no side runs backwards. A side may be 0.
bool IsProper(const ImageBox& box);

// Returns the area in common over the area of both together, from 0 to 1. Boxes that only touch,
// or have no area, have 0. Both boxes are proper.
double ImageIou(const ImageBox& a, const ImageBox& b);

// Returns the share of `box` that `area` covers, from 0 to 1; 0 for a box without area. Both are
// proper.
double CoveredShare(const ImageBox& box, const ImageBox& area);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_IMAGE_BOX_H_
