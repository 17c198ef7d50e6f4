#ifndef FRAZO_CORE_BYTES_ZSTD_SOURCE_H_
#define FRAZO_CORE_BYTES_ZSTD_SOURCE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes/byte_source.h"
#include "zstd.h"

namespace frazo::bytes {

// Decompresses zstd (RFC 8878, one or more frames), and checks the frames' checksums if there are
// any. A source without bytes is an empty stream.
class ZstdSource final : public ByteSource {
 public:
  // Error: kResourceExhausted if zstd gets no memory.
  static absl::StatusOr<std::unique_ptr<ZstdSource>> Create(std::unique_ptr<ByteSource> compressed);

  // Errors: kDataLoss for a damaged stream, one that was cut short, or one whose window is over
  // zstd's default limit of 128 MiB; and those of `compressed`.
  absl::StatusOr<size_t> Read(absl::Span<char> space) override;

  const std::string& path() const override { return compressed_->path(); }
  std::string_view head() const override { return compressed_->head(); }

 private:
  struct FreeContext {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  using Context = std::unique_ptr<ZSTD_DCtx, FreeContext>;

  ZstdSource(std::unique_ptr<ByteSource> compressed, Context context);

  // Reads more from `compressed`; false at its end.
  absl::StatusOr<bool> Fetch();
  absl::Status Damaged(std::string_view what) const;

  std::unique_ptr<ByteSource> compressed_;
  Context context_;
  std::vector<char> bytes_;
  ZSTD_inBuffer input_;
  int64_t input_end_ = 0;  // Bytes read from `compressed` so far.
  bool inside_frame_ = false;
  bool output_pending_ = false;  // The last call filled its space: the context may hold more.
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_ZSTD_SOURCE_H_
