#ifndef FRAZO_CORE_BYTES_ATOMIC_FILE_WRITER_H_
#define FRAZO_CORE_BYTES_ATOMIC_FILE_WRITER_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/bytes/byte_sink.h"
#include "core/bytes/unique_fd.h"

namespace frazo::bytes {

// Writes a file that appears whole or not at all. The bytes go to a temporary file in the same
// folder (`.NAME.tmp-PID-N`); Close() forces them to disk and renames it over the old file, if
// there is one. On an error, and when destroyed before Close(), the temporary file is removed and
// the old one stands. Files that belong together can all be completed before the first of them
// appears: Complete() and Publish() are the two halves of Close().
class AtomicFileWriter final : public ByteSink {
 public:
  // Errors: kNotFound (no such folder), kPermissionDenied, kInvalidArgument (`path` is something
  // other than a regular file), and those of ErrnoStatus.
  static absl::StatusOr<std::unique_ptr<AtomicFileWriter>> Create(std::string path);

  ~AtomicFileWriter() override;

  // Errors: kResourceExhausted (no space), kFailedPrecondition (after Close()), and those of
  // ErrnoStatus.
  absl::Status Append(std::string_view bytes) override;

  absl::Status Close() override;

  // Forces the bytes to disk, still under the temporary name. Nothing can be appended any more.
  absl::Status Complete();

  // Gives the completed file its name.
  absl::Status Publish();

  const std::string& path() const override { return path_; }

 private:
  AtomicFileWriter(std::string path, std::string temporary_path, UniqueFd fd);

  absl::Status WriteOut(std::string_view bytes);
  absl::Status FinishFile();
  // Remembers the first error, removes the temporary file, returns the error.
  absl::Status Fail(absl::Status error);

  std::string path_;
  // Empty once there is no such file any more.
  std::string temporary_path_;
  UniqueFd fd_;
  std::string buffer_;
  absl::Status status_;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_ATOMIC_FILE_WRITER_H_
