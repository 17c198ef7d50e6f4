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

// A stream of bytes read once, front to back: a file, or what a decompressor makes of one.
// Errors name the file. After an error the source is of no further use. Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills the front of `space` (not empty) and returns how many bytes it got: at least 1, or 0 when
  // the stream has ended.
  virtual absl::StatusOr<size_t> Read(absl::Span<char> space) = 0;

  // Passes over the next `bytes` bytes (>= 0). Error: kDataLoss if the stream ends before.
  virtual absl::Status Skip(int64_t bytes);

  // The file that the bytes come from, for messages.
  virtual const std::string& path() const = 0;

  // The first bytes of that file, at most 12 and only once they have been read; they tell its
  // format.
  virtual std::string_view head() const = 0;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_BYTE_SOURCE_H_
