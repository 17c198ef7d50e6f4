#include "core/records/shard_name.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace frazo::records {
namespace {

constexpr std::string_view kDigits = "0123456789";

bool ParseFiveDigits(std::string_view text, int* number) {
  return text.find_first_not_of(kDigits) == std::string_view::npos &&
         absl::SimpleAtoi(text, number);
}

}  // namespace

absl::StatusOr<std::optional<ShardedPattern>> ParseShardedPattern(const std::string& pattern) {
  const size_t at = pattern.rfind('@');
  if (at == std::string::npos || pattern.find('/', at) != std::string::npos) return std::nullopt;
  const size_t count_end = std::min(pattern.find('.', at), pattern.size());
  const std::string count = pattern.substr(at + 1, count_end - at - 1);
  ShardedPattern sharded = {pattern.substr(0, at), pattern.substr(count_end), std::nullopt};
  if (count == "*") return sharded;
  if (count.empty() || count.find_first_not_of(kDigits) != std::string::npos) {
    return std::nullopt;
  }
  int shards = 0;
  if (!absl::SimpleAtoi(count, &shards) || shards < 1 || shards > kMaxShards) {
    return absl::InvalidArgumentError(absl::StrCat("'", pattern, "' asks for ", count,
                                                   " shards, but there must be 1 to ", kMaxShards));
  }
  sharded.shards = shards;
  return sharded;
}

std::string ShardPath(std::string_view name, int shard, int shards, std::string_view extension) {
  return absl::StrFormat("%s-%05d-of-%05d%s", name, shard, shards, extension);
}

std::optional<ShardName> ParseShardPath(std::string_view path, std::string_view extension) {
  constexpr size_t kNumbers = std::string_view("-00003-of-00008").size();
  if (!absl::EndsWith(path, extension)) return std::nullopt;
  path.remove_suffix(extension.size());
  if (path.size() < kNumbers) return std::nullopt;
  const std::string_view numbers = path.substr(path.size() - kNumbers);
  ShardName parsed = {std::string(path.substr(0, path.size() - kNumbers)), 0, 0};
  if (numbers.front() != '-' || numbers.substr(6, 4) != "-of-" ||
      !ParseFiveDigits(numbers.substr(1, 5), &parsed.shard) ||
      !ParseFiveDigits(numbers.substr(10, 5), &parsed.shards)) {
    return std::nullopt;
  }
  return parsed;
}

}  // namespace frazo::records
