#include "core/bytes/zstd_sink.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::bytes {

absl::StatusOr<std::unique_ptr<ZstdSink>> ZstdSink::Create(std::unique_ptr<ByteSink> compressed) {
  Context context(ZSTD_createCCtx());
  if (context == nullptr ||
      ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1))) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no memory to compress '", compressed->path(), "'"));
  }
  return std::unique_ptr<ZstdSink>(new ZstdSink(std::move(compressed), std::move(context)));
}

ZstdSink::ZstdSink(std::unique_ptr<ByteSink> compressed, Context context)
    : compressed_(std::move(compressed)),
      context_(std::move(context)),
      output_(ZSTD_CStreamOutSize()) {}

absl::Status ZstdSink::Append(std::string_view bytes) { return Compress(bytes, ZSTD_e_continue); }

absl::Status ZstdSink::Close() {
  FRAZO_RETURN_IF_ERROR(Compress({}, ZSTD_e_end));
  return compressed_->Close();
}

absl::Status ZstdSink::Compress(std::string_view bytes, ZSTD_EndDirective directive) {
  ZSTD_inBuffer input = {bytes.data(), bytes.size(), 0};
  bool done = false;
  while (!done) {
    ZSTD_outBuffer output = {output_.data(), output_.size(), 0};
    const size_t left = ZSTD_compressStream2(context_.get(), &output, &input, directive);
    if (ZSTD_isError(left)) {
      return absl::InternalError(
          absl::StrCat("zstd cannot compress '", path(), "': ", ZSTD_getErrorName(left)));
    }
    FRAZO_RETURN_IF_ERROR(compressed_->Append({output_.data(), output.pos}));
    done = directive == ZSTD_e_end ? left == 0 : input.pos == input.size;
  }
  return absl::OkStatus();
}

}  // namespace frazo::bytes
