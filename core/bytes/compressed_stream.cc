#include "core/bytes/compressed_stream.h"

#include <utility>

#include "core/bytes/zlib_sink.h"
#include "core/bytes/zlib_source.h"
#include "core/bytes/zstd_sink.h"
#include "core/bytes/zstd_source.h"

namespace frazo::bytes {

absl::StatusOr<std::unique_ptr<ByteSource>> Decompress(CompressionKind compression,
                                                       std::unique_ptr<ByteSource> compressed) {
  switch (compression) {
    case CompressionKind::kNone:
      break;
    case CompressionKind::kGzip:
      return ZlibSource::Create(ZlibSource::Format::kGzip, std::move(compressed));
    case CompressionKind::kZlib:
      return ZlibSource::Create(ZlibSource::Format::kZlib, std::move(compressed));
    case CompressionKind::kZstd:
      return ZstdSource::Create(std::move(compressed));
  }
  return compressed;
}

absl::StatusOr<std::unique_ptr<ByteSink>> Compress(CompressionKind compression,
                                                   std::unique_ptr<ByteSink> compressed) {
  switch (compression) {
    case CompressionKind::kNone:
      break;
    case CompressionKind::kGzip:
      return ZlibSink::Create(ZlibSink::Format::kGzip, std::move(compressed));
    case CompressionKind::kZlib:
      return ZlibSink::Create(ZlibSink::Format::kZlib, std::move(compressed));
    case CompressionKind::kZstd:
      return ZstdSink::Create(std::move(compressed));
  }
  return compressed;
}

}  // namespace frazo::bytes
