#ifndef FRAZO_CORE_BYTES_ERRNO_STATUS_H_
#define FRAZO_CORE_BYTES_ERRNO_STATUS_H_

#include <string_view>

#include "absl/status/status.h"

namespace frazo::bytes {

// Returns the error "cannot <action> '<path>': <text of errno>; <remedy>" for a failed system call.
// Codes: kNotFound (ENOENT), kPermissionDenied (EACCES, EPERM, EROFS), kResourceExhausted (no
// space, a file over the size limit, too many open files), kUnavailable (EIO: the device failed),
// kInvalidArgument (a folder where a file is expected or the other way round, a name too long);
// otherwise Abseil's choice.
absl::Status ErrnoStatus(int error_number, std::string_view action, std::string_view path);

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_ERRNO_STATUS_H_
