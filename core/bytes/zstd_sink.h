#ifndef FRAZO_CORE_BYTES_ZSTD_SINK_H_
#define FRAZO_CORE_BYTES_ZSTD_SINK_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/bytes/byte_sink.h"
#include "zstd.h"

namespace frazo::bytes {

// Compresses as one zstd frame (RFC 8878) with a content checksum, at zstd's default level.
class ZstdSink final : public ByteSink {
 public:
  // Error: kResourceExhausted if zstd gets no memory.
  static absl::StatusOr<std::unique_ptr<ZstdSink>> Create(std::unique_ptr<ByteSink> compressed);

  absl::Status Append(std::string_view bytes) override;
  absl::Status Close() override;

  const std::string& path() const override { return compressed_->path(); }

 private:
  struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  using Context = std::unique_ptr<ZSTD_CCtx, FreeContext>;

  ZstdSink(std::unique_ptr<ByteSink> compressed, Context context);

  // Compresses `bytes`; with ZSTD_e_end it also completes the frame.
  absl::Status Compress(std::string_view bytes, ZSTD_EndDirective directive);

  std::unique_ptr<ByteSink> compressed_;
  Context context_;
  std::vector<char> output_;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_ZSTD_SINK_H_
