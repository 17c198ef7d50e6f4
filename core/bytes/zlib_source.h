#ifndef FRAZO_CORE_BYTES_ZLIB_SOURCE_H_
#define FRAZO_CORE_BYTES_ZLIB_SOURCE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes/byte_source.h"
#include "zlib.h"

namespace frazo::bytes {

// Decompresses gzip (RFC 1952, one or more members) or zlib (RFC 1950), and checks the checksum of
// either format. A source without bytes is an empty stream.
class ZlibSource final : public ByteSource {
 public:
  enum class Format { kGzip, kZlib };

  // Error: kResourceExhausted if zlib gets no memory.
  static absl::StatusOr<std::unique_ptr<ZlibSource>> Create(Format format,
                                                            std::unique_ptr<ByteSource> compressed);

  ~ZlibSource() override;

  // Errors: kDataLoss for a damaged stream or one that was cut short, and those of `compressed`.
  absl::StatusOr<size_t> Read(absl::Span<char> space) override;

  const std::string& path() const override { return compressed_->path(); }
  std::string_view head() const override { return compressed_->head(); }

 private:
  ZlibSource(Format format, std::unique_ptr<ByteSource> compressed);

  // Reads more from `compressed` once all bytes are used up; false at its end.
  absl::StatusOr<bool> Fetch();
  // Prepares for the bytes after the end of a stream: another gzip member may follow, but nothing
  // may follow zlib.
  absl::Status BeginNextStream();
  absl::Status Damaged(std::string_view what) const;

  const Format format_;
  std::unique_ptr<ByteSource> compressed_;
  std::vector<char> input_;
  int64_t input_end_ = 0;  // Bytes read from `compressed` so far.
  z_stream zlib_ = {};
  bool between_streams_ = true;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_ZLIB_SOURCE_H_
