#include "core/bytes/zstd_source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::bytes {

absl::StatusOr<std::unique_ptr<ZstdSource>> ZstdSource::Create(
    std::unique_ptr<ByteSource> compressed) {
  Context context(ZSTD_createDCtx());
  if (context == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no memory to decompress '", compressed->path(), "'"));
  }
  return std::unique_ptr<ZstdSource>(new ZstdSource(std::move(compressed), std::move(context)));
}

ZstdSource::ZstdSource(std::unique_ptr<ByteSource> compressed, Context context)
    : compressed_(std::move(compressed)),
      context_(std::move(context)),
      bytes_(ZSTD_DStreamInSize()),
      input_{bytes_.data(), 0, 0} {}

absl::StatusOr<size_t> ZstdSource::Read(absl::Span<char> space) {
  ZSTD_outBuffer output = {space.data(), space.size(), 0};
  while (output.pos == 0) {
    if (input_.pos == input_.size && !output_pending_) {
      FRAZO_ASSIGN_OR_RETURN(const bool more, Fetch());
      if (!more) {
        if (!inside_frame_) return 0;
        return Damaged("it ends too early");
      }
    }
    const size_t result = ZSTD_decompressStream(context_.get(), &output, &input_);
    if (ZSTD_isError(result)) return Damaged(ZSTD_getErrorName(result));
    inside_frame_ = result != 0;
    output_pending_ = inside_frame_ && output.pos == output.size;
  }
  return output.pos;
}

absl::StatusOr<bool> ZstdSource::Fetch() {
  FRAZO_ASSIGN_OR_RETURN(const size_t count, compressed_->Read(absl::MakeSpan(bytes_)));
  input_ = {bytes_.data(), count, 0};
  input_end_ += count;
  return count > 0;
}

absl::Status ZstdSource::Damaged(std::string_view what) const {
  return absl::DataLossError(absl::StrCat("'", path(), "': the zstd stream is damaged after byte ",
                                          input_end_ - (input_.size - input_.pos), " of the file: ",
                                          what, "; fetch the file again or write it anew"));
}

}  // namespace frazo::bytes
