#ifndef CORE_IO_COMPRESSED_STREAM_H_
#define CORE_IO_COMPRESSED_STREAM_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/io/byte_sink.h"
#include "core/io/byte_source.h"
#include "core/io/compression.h"

namespace frazo {

// What `compressed` gives after decompression; `compressed` itself for kNone.
absl::StatusOr<std::unique_ptr<ByteSource>> Decompress(CompressionKind compression,
                                                       std::unique_ptr<ByteSource> compressed);

// A sink that compresses into `compressed`; `compressed` itself for kNone.
absl::StatusOr<std::unique_ptr<ByteSink>> Compress(CompressionKind compression,
                                                   std::unique_ptr<ByteSink> compressed);

}  // namespace frazo

#endif  // CORE_IO_COMPRESSED_STREAM_H_
