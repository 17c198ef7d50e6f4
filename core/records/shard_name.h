#ifndef FRAZO_CORE_RECORDS_SHARD_NAME_H_
#define FRAZO_CORE_RECORDS_SHARD_NAME_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// The names of the files of a sharded set: name-00003-of-00008.ext is shard 3 of the 8 in the
// pattern `name@8.ext`.
namespace frazo::records {

constexpr int kMaxShards = 99999;

// The parts of `name@8.ext` or `name@*.ext`.
struct ShardedPattern {
  std::string name;
  // Everything from the first dot after the number on; may be empty.
  std::string extension;
  // nullopt for `*`, which is any number.
  std::optional<int> shards;
};

// Returns nullopt if `pattern` is not of this kind, such as an address with an @. Error:
// kInvalidArgument for a number of shards not in 1..kMaxShards.
absl::StatusOr<std::optional<ShardedPattern>> ParseShardedPattern(const std::string& pattern);

std::string ShardPath(std::string_view name, int shard, int shards, std::string_view extension);

// The parts of a shard's path.
struct ShardName {
  std::string name;
  int shard;
  int shards;
};

// Returns nullopt if `path` is not name-00003-of-00008 followed by `extension`.
std::optional<ShardName> ParseShardPath(std::string_view path, std::string_view extension);

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_SHARD_NAME_H_
