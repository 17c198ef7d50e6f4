#ifndef FRAZO_CORE_BYTES_BYTE_SINK_H_
#define FRAZO_CORE_BYTES_BYTE_SINK_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace frazo::bytes {

// A stream of bytes that is written once, from front to back: a file, or a compressor that writes
// to one. Errors name the file. After an error every call returns an error. Not thread-safe.
class ByteSink {
 public:
  // A sink that is destroyed before Close() leaves no file.
  virtual ~ByteSink() = default;

  virtual absl::Status Append(std::string_view bytes) = 0;

  // Completes the stream and all streams below it. Call it once. The bytes are safe only if it
  // returns ok.
  virtual absl::Status Close() = 0;

  // The file that gets the bytes, for messages.
  virtual const std::string& path() const = 0;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_BYTE_SINK_H_
