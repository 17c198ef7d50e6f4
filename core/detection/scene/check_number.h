#ifndef FRAZO_CORE_DETECTION_SCENE_CHECK_NUMBER_H_
#define FRAZO_CORE_DETECTION_SCENE_CHECK_NUMBER_H_

#include <string_view>

#include "absl/status/status.h"

namespace frazo::detection {

// Error: kInvalidArgument unless least <= number <= most; it names the field path and the number.
// NaN is an error.
absl::Status CheckNumber(std::string_view path, double number, double least, double most);

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_CHECK_NUMBER_H_
