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

// Splits a file's content into lines, without a byte order mark and without their ends: LF, or CR
// LF if all lines that have an end end so. The last line may lack its end. In a file of LF a line
// that is CR alone is that character. Error: kInvalidArgument for UTF-16, gzip, a line that is not
// UTF-8, and a mixture of both ends; it names the line. `name` stands for the file's path.
absl::StatusOr<std::vector<std::string_view>> SplitLines(std::string_view content,
                                                         std::string_view name);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_TEXT_FILE_H_
