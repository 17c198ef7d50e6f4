#ifndef FRAZO_CORE_RECORDS_COMPRESSION_GUESS_H_
#define FRAZO_CORE_RECORDS_COMPRESSION_GUESS_H_

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "core/bytes/compression.h"

namespace frazo::records {

// The compression that the first bytes of a file show: kNone where they are the header of a plain
// record, nothing where they fit no known format or are fewer than its sign needs.
std::optional<bytes::CompressionKind> GuessCompression(std::string_view head);

// A better word for `failure`, which came up before the first record of '`path`' was complete, read
// with compression `chosen`: kInvalidArgument naming the right one where `head`, the file's first
// bytes, shows another; otherwise `failure` with those bytes added, since they may still tell the
// reader what it is.
absl::Status ExplainFirstRecordFailure(const absl::Status& failure, std::string_view path,
                                       std::string_view head, bytes::CompressionKind chosen);

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_COMPRESSION_GUESS_H_
