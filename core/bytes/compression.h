#ifndef FRAZO_CORE_BYTES_COMPRESSION_H_
#define FRAZO_CORE_BYTES_COMPRESSION_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace frazo::bytes {

// The compression of a whole file: the values and numbers of frazo.Compression in
// proto/compression.proto. This is not the generated enum, because protobuf refuses a .proto file
// that is linked into two libraries of one process, and this room is linked into several.
enum class CompressionKind { kNone = 0, kGzip = 1, kZlib = 2, kZstd = 3 };

// "none", "gzip", "zlib" or "zstd".
std::string_view CompressionName(CompressionKind compression);

// The inverse of CompressionName. Error: kInvalidArgument for any other text.
absl::StatusOr<CompressionKind> ParseCompression(std::string_view name);

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_COMPRESSION_H_
