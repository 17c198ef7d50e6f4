#ifndef FRAZO_CORE_BYTES_BYTE_SOURCE_H_
#define FRAZO_CORE_BYTES_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace frazo::bytes {

// A stream of bytes that is read once, from front to back: a file, or the output of a decompressor.
// Errors name the file. After an error the source must not be used. Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills the front of `space` (not empty) and returns the number of bytes written: at least 1, or
  // 0 at the end of the stream.
  virtual absl::StatusOr<size_t> Read(absl::Span<char> space) = 0;

  // Skips the next `bytes` bytes (>= 0). Error: kDataLoss if the stream ends before.
  virtual absl::Status Skip(int64_t bytes);

  // The file that gives the bytes, for messages.
  virtual const std::string& path() const = 0;

  // The first bytes of the file, at most 12, which tell its format; empty until they have been
  // read.
  virtual std::string_view head() const = 0;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_BYTE_SOURCE_H_
