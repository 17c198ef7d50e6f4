#ifndef FRAZO_CORE_BYTES_FILE_READER_H_
#define FRAZO_CORE_BYTES_FILE_READER_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/bytes/byte_source.h"
#include "core/bytes/unique_fd.h"

namespace frazo::bytes {

// Reads the bytes of a file without decompression. It repeats interrupted system calls.
class FileReader final : public ByteSource {
 public:
  // Errors: kNotFound, kPermissionDenied, kInvalidArgument (a folder), and those of ErrnoStatus.
  static absl::StatusOr<std::unique_ptr<FileReader>> Open(std::string path);

  absl::StatusOr<size_t> Read(absl::Span<char> space) override;

  // Moves without reading if the file allows it; a pipe does not.
  absl::Status Skip(int64_t bytes) override;

  const std::string& path() const override { return path_; }
  std::string_view head() const override { return head_; }

 private:
  FileReader(std::string path, UniqueFd fd, bool seekable)
      : path_(std::move(path)), fd_(std::move(fd)), seekable_(seekable) {}

  std::string path_;
  UniqueFd fd_;
  bool seekable_;
  bool at_start_ = true;
  std::string head_;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_FILE_READER_H_
