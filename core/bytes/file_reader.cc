#include "core/bytes/file_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/bytes/errno_status.h"

namespace frazo::bytes {
namespace {

constexpr size_t kHeadBytes = 12;

}  // namespace

absl::StatusOr<std::unique_ptr<FileReader>> FileReader::Open(std::string path) {
  UniqueFd fd;
  do {
    fd = UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  } while (!fd.is_open() && errno == EINTR);
  if (!fd.is_open()) return ErrnoStatus(errno, "open", path);

  struct stat info;
  if (fstat(fd.get(), &info) != 0) return ErrnoStatus(errno, "look at", path);
  if (S_ISDIR(info.st_mode)) return ErrnoStatus(EISDIR, "read", path);

  const bool seekable = S_ISREG(info.st_mode);
  // A hint that widens the kernel's read-ahead; it may be refused without harm.
  if (seekable) posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::unique_ptr<FileReader>(new FileReader(std::move(path), std::move(fd), seekable));
}

absl::StatusOr<size_t> FileReader::Read(absl::Span<char> space) {
  ssize_t count;
  do {
    count = read(fd_.get(), space.data(), space.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) return ErrnoStatus(errno, "read", path_);
  if (at_start_) head_.assign(space.data(), std::min<size_t>(count, kHeadBytes));
  at_start_ = false;
  return static_cast<size_t>(count);
}

absl::Status FileReader::Skip(int64_t bytes) {
  if (!seekable_) return ByteSource::Skip(bytes);
  at_start_ = at_start_ && bytes == 0;
  struct stat info;
  if (fstat(fd_.get(), &info) != 0) return ErrnoStatus(errno, "look at", path_);
  const off_t position = lseek(fd_.get(), bytes, SEEK_CUR);
  if (position < 0) return ErrnoStatus(errno, "seek in", path_);
  if (position > info.st_size) {
    return absl::DataLossError(absl::StrCat("'", path_, "' has ", info.st_size,
                                            " bytes but is to be read from byte ", position,
                                            "; the file has been cut short or replaced since"));
  }
  return absl::OkStatus();
}

}  // namespace frazo::bytes
