#ifndef FRAZO_CORE_DETECTION_CHANGES_DROP_OUTSIDE_IMAGE_H_
#define FRAZO_CORE_DETECTION_CHANGES_DROP_OUTSIDE_IMAGE_H_

#include <memory>

#include "core/detection/changes/point_filter.h"

namespace frazo::detection {

// Drops the points that the camera does not see. It needs the camera.
std::unique_ptr<PointFilter> MakeDropOutsideImage();

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_CHANGES_DROP_OUTSIDE_IMAGE_H_
