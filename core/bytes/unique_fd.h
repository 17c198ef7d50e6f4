#ifndef FRAZO_CORE_BYTES_UNIQUE_FD_H_
#define FRAZO_CORE_BYTES_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace frazo::bytes {

// Owns an open POSIX file descriptor and closes it once.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() {
    if (is_open()) close(fd_);
  }

  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }

  // Returns the descriptor, which the caller must close.
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_UNIQUE_FD_H_
