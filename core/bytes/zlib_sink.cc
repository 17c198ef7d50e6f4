#include "core/bytes/zlib_sink.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::bytes {
namespace {

constexpr size_t kOutputBytes = 128 << 10;
// zlib counts in 32 bits.
constexpr size_t kMaxInputBytes = 1 << 30;
// The largest window; 16 more is zlib's sign for gzip's header and trailer.
constexpr int kZlibWindowBits = 15;
constexpr int kGzipWindowBits = 15 + 16;
constexpr int kMemoryLevel = 8;  // zlib's default.

}  // namespace

absl::StatusOr<std::unique_ptr<ZlibSink>> ZlibSink::Create(Format format,
                                                           std::unique_ptr<ByteSink> compressed) {
  std::unique_ptr<ZlibSink> sink(new ZlibSink(std::move(compressed)));
  const int window_bits = format == Format::kGzip ? kGzipWindowBits : kZlibWindowBits;
  if (deflateInit2(&sink->zlib_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return absl::ResourceExhaustedError(absl::StrCat("no memory to compress '", sink->path(), "'"));
  }
  return sink;
}

ZlibSink::ZlibSink(std::unique_ptr<ByteSink> compressed)
    : compressed_(std::move(compressed)), output_(kOutputBytes) {}

ZlibSink::~ZlibSink() { deflateEnd(&zlib_); }

absl::Status ZlibSink::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, kMaxInputBytes);
    FRAZO_RETURN_IF_ERROR(Deflate(part, Z_NO_FLUSH));
    bytes.remove_prefix(part.size());
  }
  return absl::OkStatus();
}

absl::Status ZlibSink::Close() {
  FRAZO_RETURN_IF_ERROR(Deflate({}, Z_FINISH));
  return compressed_->Close();
}

absl::Status ZlibSink::Deflate(std::string_view bytes, int flush) {
  zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  zlib_.avail_in = bytes.size();
  do {
    zlib_.next_out = reinterpret_cast<Bytef*>(output_.data());
    zlib_.avail_out = output_.size();
    if (deflate(&zlib_, flush) == Z_STREAM_ERROR)
      return absl::InternalError(absl::StrCat("zlib lost its state writing '", path(), "'"));
    FRAZO_RETURN_IF_ERROR(compressed_->Append({output_.data(), output_.size() - zlib_.avail_out}));
  } while (zlib_.avail_out == 0);
  return absl::OkStatus();
}

}  // namespace frazo::bytes
