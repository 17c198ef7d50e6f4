#include "core/bytes/atomic_file_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/bytes/errno_status.h"
#include "core/status/status_macros.h"

namespace frazo::bytes {
namespace {

// Large enough that small records share a system call.
constexpr size_t kBufferBytes = 256 << 10;

// Returns the folder of `path` with its slash, "" for the current folder.
std::string_view FolderOf(std::string_view path) { return path.substr(0, path.rfind('/') + 1); }

absl::Status CheckTarget(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return absl::OkStatus();  // A new file.
  if (S_ISDIR(info.st_mode)) return ErrnoStatus(EISDIR, "write", path);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot write '", path,
                     "': it is a device or a pipe, and renaming a file over it would destroy it; "
                     "give the path of a regular file"));
  }
  return absl::OkStatus();
}

struct TemporaryFile {
  std::string path;
  UniqueFd fd;
};

absl::StatusOr<TemporaryFile> CreateTemporary(const std::string& path) {
  static std::atomic<int64_t> created{0};
  const std::string_view folder = FolderOf(path);
  // A name may have 255 bytes, and the additions must fit into them.
  const std::string_view name = std::string_view(path).substr(folder.size(), 200);
  while (true) {
    TemporaryFile file;
    file.path = absl::StrCat(folder, ".", name, ".tmp-", getpid(), "-", created++);
    file.fd = UniqueFd(open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.fd.is_open()) return file;
    // A killed process with the same number may have left its file: try the next name.
    if (errno != EEXIST && errno != EINTR) return ErrnoStatus(errno, "create", path);
  }
}

absl::Status SyncFolder(const std::string& path) {
  const std::string_view folder = FolderOf(path);
  const std::string name = folder.empty() ? "." : std::string(folder);
  const UniqueFd fd(open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a folder and return EINVAL; there the rename is as durable as
  // possible.
  if (!fd.is_open() || (fsync(fd.get()) != 0 && errno != EINVAL)) {
    return ErrnoStatus(errno, "sync the folder of", path);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<AtomicFileWriter>> AtomicFileWriter::Create(std::string path) {
  FRAZO_RETURN_IF_ERROR(CheckTarget(path));
  FRAZO_ASSIGN_OR_RETURN(TemporaryFile file, CreateTemporary(path));
  return std::unique_ptr<AtomicFileWriter>(
      new AtomicFileWriter(std::move(path), std::move(file.path), std::move(file.fd)));
}

AtomicFileWriter::AtomicFileWriter(std::string path, std::string temporary_path, UniqueFd fd)
    : path_(std::move(path)), temporary_path_(std::move(temporary_path)), fd_(std::move(fd)) {
  buffer_.reserve(kBufferBytes);
}

AtomicFileWriter::~AtomicFileWriter() {
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

absl::Status AtomicFileWriter::Append(std::string_view bytes) {
  FRAZO_RETURN_IF_ERROR(status_);
  if (buffer_.size() + bytes.size() <= kBufferBytes) {
    buffer_.append(bytes);
    return absl::OkStatus();
  }
  FRAZO_RETURN_IF_ERROR(WriteOut(buffer_));
  buffer_.clear();
  if (bytes.size() >= kBufferBytes) return WriteOut(bytes);
  buffer_.append(bytes);
  return absl::OkStatus();
}

absl::Status AtomicFileWriter::Close() {
  FRAZO_RETURN_IF_ERROR(Complete());
  return Publish();
}

absl::Status AtomicFileWriter::Complete() {
  FRAZO_RETURN_IF_ERROR(status_);
  FRAZO_RETURN_IF_ERROR(WriteOut(buffer_));
  FRAZO_RETURN_IF_ERROR(FinishFile());
  // Frees the buffer: many complete files may wait for each other.
  buffer_ = std::string();
  status_ = absl::FailedPreconditionError(absl::StrCat("'", path_, "' is closed already"));
  return absl::OkStatus();
}

absl::Status AtomicFileWriter::Publish() {
  if (fd_.is_open() || temporary_path_.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("'", path_, "' cannot get its name: it is not complete, or has it already"));
  }
  if (rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return Fail(ErrnoStatus(errno, "rename a finished file to", path_));
  }
  temporary_path_.clear();
  return SyncFolder(path_);
}

absl::Status AtomicFileWriter::WriteOut(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(fd_.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(count);
    } else if (errno != EINTR) {
      return Fail(ErrnoStatus(errno, "write", path_));
    }
  }
  return absl::OkStatus();
}

absl::Status AtomicFileWriter::FinishFile() {
  if (fsync(fd_.get()) != 0) return Fail(ErrnoStatus(errno, "sync", path_));
  // A network file system may report a full disk only when the file is closed.
  if (close(fd_.Release()) != 0 && errno != EINTR) return Fail(ErrnoStatus(errno, "close", path_));
  return absl::OkStatus();
}

absl::Status AtomicFileWriter::Fail(absl::Status error) {
  unlink(temporary_path_.c_str());
  temporary_path_.clear();
  fd_ = UniqueFd();
  return status_ = std::move(error);
}

}  // namespace frazo::bytes
