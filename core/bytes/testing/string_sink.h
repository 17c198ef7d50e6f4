#ifndef FRAZO_CORE_BYTES_TESTING_STRING_SINK_H_
#define FRAZO_CORE_BYTES_TESTING_STRING_SINK_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/bytes/byte_sink.h"

namespace frazo::bytes {

// For tests: appends to a string, which must outlive the sink.
class StringSink final : public ByteSink {
 public:
  explicit StringSink(std::string* bytes) : bytes_(*bytes) {}

  absl::Status Append(std::string_view bytes) override {
    bytes_.append(bytes);
    return absl::OkStatus();
  }
  absl::Status Close() override { return absl::OkStatus(); }
  const std::string& path() const override { return path_; }

 private:
  std::string path_ = "in-memory";
  std::string& bytes_;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_TESTING_STRING_SINK_H_
