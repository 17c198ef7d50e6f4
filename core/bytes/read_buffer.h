#ifndef FRAZO_CORE_BYTES_READ_BUFFER_H_
#define FRAZO_CORE_BYTES_READ_BUFFER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "core/bytes/byte_source.h"

namespace frazo::bytes {

// The bytes of a source in memory, for a parser of records. It keeps the bytes consumed since
// Forget() directly before the bytes ahead. Not thread-safe.
class ReadBuffer {
 public:
  // Reads about `buffer_bytes` (>= 1) at once. It takes more memory only if more must be kept.
  ReadBuffer(std::unique_ptr<ByteSource> source, size_t buffer_bytes)
      : source_(std::move(source)), buffer_bytes_(buffer_bytes) {}

  // The bytes in memory that are not consumed yet.
  std::string_view ahead() const { return {bytes_.get() + cursor_, limit_ - cursor_}; }
  // Makes at least `count` bytes available ahead. Returns false if the source ends before, or
  // failed.
  bool Require(size_t count) { return limit_ - cursor_ >= count || ReadUntil(count); }
  // Consumes bytes that are ahead.
  void Pass(size_t count) { cursor_ += count; }

  // Stops keeping the bytes consumed so far.
  void Forget() { kept_ = cursor_; }
  // The bytes consumed since Forget(), then those ahead; valid until Require() or Forget().
  const char* kept() const { return bytes_.get() + kept_; }
  size_t passed() const { return cursor_ - kept_; }
  // The same bytes. From now on they don't change or move.
  std::shared_ptr<const char> Share();

  // The status of the source.
  const absl::Status& status() const { return status_; }
  const std::string& path() const { return source_->path(); }
  std::string_view head() const { return source_->head(); }

 private:
  bool ReadUntil(size_t count);
  void MakeSpace();

  std::unique_ptr<ByteSource> source_;
  size_t buffer_bytes_;
  absl::Status status_;

  // Bytes [kept_, limit_) are in use.
  std::shared_ptr<char[]> bytes_;
  size_t capacity_ = 0;
  size_t kept_ = 0;
  size_t cursor_ = 0;
  size_t limit_ = 0;
  bool is_shared_ = false;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_READ_BUFFER_H_
