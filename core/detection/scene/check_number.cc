#include "core/detection/scene/check_number.h"

#include "absl/strings/str_cat.h"

namespace frazo::detection {

absl::Status CheckNumber(std::string_view path, double number, double least, double most) {
  if (number >= least && number <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": ", number, "; expected a number from ", least, " to ", most));
}

}  // namespace frazo::detection
