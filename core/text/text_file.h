#ifndef FRAZO_CORE_TEXT_TEXT_FILE_H_
#define FRAZO_CORE_TEXT_TEXT_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace frazo::text {

// The bytes of a file. Errors name it: kNotFound, kPermissionDenied, kInvalidArgument (a folder),
// kUnavailable (the device fails).
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

// The lines of a file's content, without their ends: LF, or CR LF if all end so. The last one needs
// no end. Error: kInvalidArgument for a line that is not UTF-8; `name` stands for the file's path.
absl::StatusOr<std::vector<std::string_view>> SplitLines(std::string_view content,
                                                         std::string_view name);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_TEXT_FILE_H_
