#include "core/bytes/compression.h"

#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace frazo::bytes {
namespace {

// The names by number.
constexpr std::string_view kNames[] = {"none", "gzip", "zlib", "zstd"};

}  // namespace

std::string_view CompressionName(CompressionKind compression) {
  return kNames[static_cast<int>(compression)];
}

absl::StatusOr<CompressionKind> ParseCompression(std::string_view name) {
  for (int number = 0; number < std::size(kNames); ++number) {
    if (kNames[number] == name) return static_cast<CompressionKind>(number);
  }
  return absl::InvalidArgumentError(absl::StrCat("unknown compression '", name, "'; choose one of ",
                                                 absl::StrJoin(kNames, ", ")));
}

}  // namespace frazo::bytes
