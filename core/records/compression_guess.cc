#include "core/records/compression_guess.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/bytes/crc32c.h"
#include "core/records/record_format.h"

namespace frazo::records {
namespace {

bool IsRecordHeader(std::string_view head) {
  return head.size() >= kRecordHeaderBytes &&
         LoadLittleEndian<uint32_t>(head.data() + kRecordLengthBytes) ==
             bytes::MaskCrc32c(bytes::Crc32c(head.substr(0, kRecordLengthBytes)));
}

// RFC 1950: the low half of the first byte is method 8, and both bytes together are a multiple of
// 31.
bool IsZlibHeader(std::string_view head) {
  if (head.size() < 2) return false;
  const unsigned first = static_cast<unsigned char>(head[0]);
  const unsigned second = static_cast<unsigned char>(head[1]);
  return (first & 0x0f) == 8 && (first >> 4) <= 7 && (first * 256 + second) % 31 == 0;
}

std::string InHex(std::string_view bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    absl::StrAppend(&text, text.empty() ? "" : " ", absl::Hex(byte, absl::kZeroPad2));
  }
  return text;
}

}  // namespace

std::optional<bytes::CompressionKind> GuessCompression(std::string_view head) {
  // This check is first, because a record of a certain length also begins like zlib.
  if (IsRecordHeader(head)) return bytes::CompressionKind::kNone;
  if (absl::StartsWith(head, "\x1f\x8b\x08")) return bytes::CompressionKind::kGzip;
  if (absl::StartsWith(head, "\x28\xb5\x2f\xfd")) return bytes::CompressionKind::kZstd;
  if (IsZlibHeader(head)) return bytes::CompressionKind::kZlib;
  return std::nullopt;
}

absl::Status ExplainFirstRecordFailure(const absl::Status& failure, std::string_view path,
                                       std::string_view head, bytes::CompressionKind chosen) {
  const std::optional<bytes::CompressionKind> guess = GuessCompression(head);
  if (guess.has_value() && *guess != chosen) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", path, "' is read with compression ", bytes::CompressionName(chosen),
                     " but starts with ", InHex(head), ", as files with compression ",
                     bytes::CompressionName(*guess), " do; set the compression to ",
                     bytes::CompressionName(*guess)));
  }
  if (guess.has_value() || head.empty()) return failure;
  return absl::Status(failure.code(),
                      absl::StrCat(failure.message(), " (the file starts with ", InHex(head),
                                   ": not like TFRecord, with or without compression)"));
}

}  // namespace frazo::records
