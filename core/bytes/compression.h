#ifndef FRAZO_CORE_BYTES_COMPRESSION_H_
#define FRAZO_CORE_BYTES_COMPRESSION_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace frazo::bytes {

// How the bytes of a whole file are compressed: the values of frazo.Compression in
// proto/compression.proto, numbers included. Not the generated enum itself, because protobuf
// refuses the same .proto file linked into two libraries of one process, and this room is linked
// into several.
enum class CompressionKind { kNone = 0, kGzip = 1, kZlib = 2, kZstd = 3 };

// "none", "gzip", "zlib" or "zstd".
std::string_view CompressionName(CompressionKind compression);

// The inverse of CompressionName. Error: kInvalidArgument for any other text.
absl::StatusOr<CompressionKind> ParseCompression(std::string_view name);

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_COMPRESSION_H_
