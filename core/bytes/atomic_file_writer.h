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
// folder (`.NAME.tmp-PID-N`); Close() syncs it to disk and renames it over the old file, if there
// is one. On an error, and when destroyed before Close(), the temporary file is removed and the old
// file stays. To complete several files before the first of them appears, call Complete() for all
// and then Publish() for all; together they are Close().
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

  // Syncs the bytes to disk, still under the temporary name. Nothing can be appended afterwards.
  absl::Status Complete();

  // Renames the completed file to its name.
  absl::Status Publish();

  const std::string& path() const override { return path_; }

 private:
  AtomicFileWriter(std::string path, std::string temporary_path, UniqueFd fd);

  absl::Status WriteOut(std::string_view bytes);
  absl::Status FinishFile();
  // Remembers the first error, removes the temporary file, returns the error.
  absl::Status Fail(absl::Status error);

  std::string path_;
  // Empty once the temporary file is gone.
  std::string temporary_path_;
  UniqueFd fd_;
  std::string buffer_;
  absl::Status status_;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_ATOMIC_FILE_WRITER_H_
