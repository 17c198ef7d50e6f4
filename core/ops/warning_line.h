#ifndef FRAZO_CORE_OPS_WARNING_LINE_H_
#define FRAZO_CORE_OPS_WARNING_LINE_H_

#include <cstdio>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace frazo::ops {

// Writes "warning: <text>" to standard error. TF_CPP_MIN_LOG_LEVEL, which programs set to silence
// TensorFlow, does not hide it as it hides LOG(WARNING).
inline void WarningLine(std::string_view text) {
  const std::string line = absl::StrCat("warning: ", text, "\n");
  // One call: lines of several threads are not mixed.
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_WARNING_LINE_H_
