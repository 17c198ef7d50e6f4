#ifndef FRAZO_CORE_TEXT_TEXT_FILE_H_
#define FRAZO_CORE_TEXT_TEXT_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace frazo::text {

// Reads the bytes of a file. Errors name it: kNotFound, kPermissionDenied, kInvalidArgument (a
// folder), kUnavailable (the device failed).
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

// Splits a file's content into lines, without their ends: LF, or CR LF if all lines end so. The
// last line may lack its end. Error: kInvalidArgument for a line that is not UTF-8; `name` stands
// for the file's path.
absl::StatusOr<std::vector<std::string_view>> SplitLines(std::string_view content,
                                                         std::string_view name);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_TEXT_FILE_H_
