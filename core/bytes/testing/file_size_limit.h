#ifndef FRAZO_CORE_BYTES_TESTING_FILE_SIZE_LIMIT_H_
#define FRAZO_CORE_BYTES_TESTING_FILE_SIZE_LIMIT_H_

#include <signal.h>
#include <sys/resource.h>

namespace frazo::bytes {

// For tests: while it lives, no file of this process grows past `bytes`, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    old_handler_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit = {bytes, old_limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_limit_;
  sighandler_t old_handler_;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_TESTING_FILE_SIZE_LIMIT_H_
