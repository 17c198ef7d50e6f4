#ifndef FRAZO_CORE_RECORDS_COMPRESSION_GUESS_H_
#define FRAZO_CORE_RECORDS_COMPRESSION_GUESS_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "core/bytes/compression.h"

namespace frazo::records {

// Guesses the compression from the first bytes of a file. kNone: they are the header of an
// uncompressed record. nullopt: they fit no known format, or are too few to tell.
std::optional<bytes::CompressionKind> GuessCompression(std::string_view head);

// Improves `failure`, which came before the first record of '`path`' was complete, read with
// compression `chosen`. If `head`, the file's first bytes, shows another compression, returns
// kInvalidArgument that names it. Otherwise adds the bytes to `failure`, since they may tell the
// reader what the file is.
absl::Status ExplainFirstRecordFailure(const absl::Status& failure, std::string_view path,
                                       std::string_view head, bytes::CompressionKind chosen);

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_COMPRESSION_GUESS_H_
