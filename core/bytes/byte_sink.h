#ifndef FRAZO_CORE_BYTES_BYTE_SINK_H_
#define FRAZO_CORE_BYTES_BYTE_SINK_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace frazo::bytes {

// A stream of bytes written once, front to back: a file, or a compressor before one.
// Errors name the file. After an error every call returns one. Not thread-safe.
class ByteSink {
 public:
  // A sink destroyed before Close() leaves nothing behind.
  virtual ~ByteSink() = default;

  virtual absl::Status Append(std::string_view bytes) = 0;

  // Completes the stream and everything below it. Call it once; only its ok means that the bytes
  // are safe.
  virtual absl::Status Close() = 0;

  // The file that the bytes go to, for messages.
  virtual const std::string& path() const = 0;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_BYTE_SINK_H_
