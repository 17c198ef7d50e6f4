#include "core/bytes/errno_status.h"

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace frazo::bytes {
namespace {

struct Explanation {
  absl::StatusCode code;
  std::string_view remedy;
};

Explanation Explain(int error_number) {
  switch (error_number) {
    case ENOENT:
      return {absl::StatusCode::kNotFound, "check the path, relative ones from the current folder"};
    case EACCES:
    case EPERM:
      return {absl::StatusCode::kPermissionDenied,
              "give the user of this process the permission, or choose another path"};
    case EROFS:
      return {absl::StatusCode::kPermissionDenied, "choose a path that can be written"};
    case ENOSPC:
    case EDQUOT:
      return {absl::StatusCode::kResourceExhausted, "free space there or choose another disk"};
    case EFBIG:
      return {absl::StatusCode::kResourceExhausted,
              "raise the file size limit (ulimit -f) or write several smaller files"};
    case EMFILE:
    case ENFILE:
      return {absl::StatusCode::kResourceExhausted,
              "raise the limit of open files (ulimit -n) or read fewer files at once"};
    case EIO:
      return {absl::StatusCode::kUnavailable,
              "the device failed: try again, and check its health if that does not help"};
    case EISDIR:
    case ENOTDIR:
      return {absl::StatusCode::kInvalidArgument, "give the path of a file"};
    case ENAMETOOLONG:
      return {absl::StatusCode::kInvalidArgument, "choose a shorter path"};
    default:
      return {absl::ErrnoToStatusCode(error_number), "check the path and its file system"};
  }
}

}  // namespace

absl::Status ErrnoStatus(int error_number, std::string_view action, std::string_view path) {
  const auto [code, remedy] = Explain(error_number);
  const absl::Status plain =
      absl::ErrnoToStatus(error_number, absl::StrCat("cannot ", action, " '", path, "'"));
  return absl::Status(code, absl::StrCat(plain.message(), "; ", remedy));
}

}  // namespace frazo::bytes
