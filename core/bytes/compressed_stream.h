#ifndef FRAZO_CORE_BYTES_COMPRESSED_STREAM_H_
#define FRAZO_CORE_BYTES_COMPRESSED_STREAM_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/bytes/byte_sink.h"
#include "core/bytes/byte_source.h"
#include "core/bytes/compression.h"

namespace frazo::bytes {

// Returns a source that decompresses `compressed`; `compressed` itself for kNone.
absl::StatusOr<std::unique_ptr<ByteSource>> Decompress(CompressionKind compression,
                                                       std::unique_ptr<ByteSource> compressed);

// Returns a sink that compresses into `compressed`; `compressed` itself for kNone.
absl::StatusOr<std::unique_ptr<ByteSink>> Compress(CompressionKind compression,
                                                   std::unique_ptr<ByteSink> compressed);

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_COMPRESSED_STREAM_H_
