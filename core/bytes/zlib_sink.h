#ifndef FRAZO_CORE_BYTES_ZLIB_SINK_H_
#define FRAZO_CORE_BYTES_ZLIB_SINK_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/bytes/byte_sink.h"
#include "zlib.h"

namespace frazo::bytes {

// Compresses as gzip (RFC 1952) or zlib (RFC 1950) at zlib's default level. Equal bytes give equal
// files: gzip's time stamp is 0.
class ZlibSink final : public ByteSink {
 public:
  enum class Format { kGzip, kZlib };

  // Error: kResourceExhausted if zlib gets no memory.
  static absl::StatusOr<std::unique_ptr<ZlibSink>> Create(Format format,
                                                          std::unique_ptr<ByteSink> compressed);

  ~ZlibSink() override;

  absl::Status Append(std::string_view bytes) override;
  absl::Status Close() override;

  const std::string& path() const override { return compressed_->path(); }

 private:
  explicit ZlibSink(std::unique_ptr<ByteSink> compressed);

  // Compresses `bytes`; with Z_FINISH it also completes the stream.
  absl::Status Deflate(std::string_view bytes, int flush);

  std::unique_ptr<ByteSink> compressed_;
  std::vector<char> output_;
  z_stream zlib_ = {};
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_ZLIB_SINK_H_
