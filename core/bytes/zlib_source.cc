#include "core/bytes/zlib_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::bytes {
namespace {

constexpr size_t kInputBytes = 128 << 10;
// zlib counts in 32 bits.
constexpr size_t kMaxOutputBytes = 1 << 30;
// The largest window; 16 more is zlib's sign for gzip's header and trailer.
constexpr int kZlibWindowBits = 15;
constexpr int kGzipWindowBits = 15 + 16;

}  // namespace

absl::StatusOr<std::unique_ptr<ZlibSource>> ZlibSource::Create(
    Format format, std::unique_ptr<ByteSource> compressed) {
  std::unique_ptr<ZlibSource> source(new ZlibSource(format, std::move(compressed)));
  const int window_bits = format == Format::kGzip ? kGzipWindowBits : kZlibWindowBits;
  if (inflateInit2(&source->zlib_, window_bits) != Z_OK) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no memory to decompress '", source->path(), "'"));
  }
  return source;
}

ZlibSource::ZlibSource(Format format, std::unique_ptr<ByteSource> compressed)
    : format_(format), compressed_(std::move(compressed)), input_(kInputBytes) {}

ZlibSource::~ZlibSource() { inflateEnd(&zlib_); }

absl::StatusOr<size_t> ZlibSource::Read(absl::Span<char> space) {
  const size_t wanted = std::min(space.size(), kMaxOutputBytes);
  zlib_.next_out = reinterpret_cast<Bytef*>(space.data());
  zlib_.avail_out = wanted;
  while (zlib_.avail_out == wanted) {
    FRAZO_ASSIGN_OR_RETURN(const bool more, Fetch());
    if (!more) {
      if (between_streams_) return 0;
      return Damaged("it ends too early");
    }
    if (between_streams_) FRAZO_RETURN_IF_ERROR(BeginNextStream());
    const int result = inflate(&zlib_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      between_streams_ = true;
    } else if (result != Z_OK) {
      return Damaged(zlib_.msg != nullptr ? zlib_.msg : zError(result));
    }
  }
  return wanted - zlib_.avail_out;
}

absl::StatusOr<bool> ZlibSource::Fetch() {
  if (zlib_.avail_in > 0) return true;
  FRAZO_ASSIGN_OR_RETURN(const size_t count, compressed_->Read(absl::MakeSpan(input_)));
  zlib_.next_in = reinterpret_cast<Bytef*>(input_.data());
  zlib_.avail_in = count;
  input_end_ += count;
  return count > 0;
}

absl::Status ZlibSource::BeginNextStream() {
  between_streams_ = false;
  if (input_end_ == zlib_.avail_in) return absl::OkStatus();  // The first one.
  if (format_ == Format::kZlib) return Damaged("more bytes follow its end");
  if (inflateReset(&zlib_) != Z_OK) return Damaged("zlib lost its state");
  return absl::OkStatus();
}

absl::Status ZlibSource::Damaged(std::string_view what) const {
  return absl::DataLossError(
      absl::StrCat("'", path(), "': the ", format_ == Format::kGzip ? "gzip" : "zlib",
                   " stream is damaged after byte ", input_end_ - zlib_.avail_in,
                   " of the file: ", what, "; fetch the file again or write it anew"));
}

}  // namespace frazo::bytes
