#include "core/records/file_pattern.h"

#include <glob.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/bytes/errno_status.h"
#include "core/records/shard_name.h"
#include "core/status/status_macros.h"

namespace frazo::records {
namespace {

constexpr std::string_view kGlobCharacters = "*?[";

bool Exists(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0;
}

// glob() reports a folder that it can't list to a function without further arguments, so the error
// goes through this.
thread_local absl::Status* glob_failure = nullptr;

int KeepGlobFailure(const char* path, int error_number) {
  // Not an error: the folder is missing or is a file, so nothing matches.
  if (error_number == ENOENT || error_number == ENOTDIR) return 0;
  *glob_failure = bytes::ErrnoStatus(error_number, "list", path);
  return 1;
}

absl::StatusOr<std::vector<std::string>> Glob(const std::string& pattern) {
  absl::Status failure;
  glob_failure = &failure;
  glob_t matches = {};
  const int result = glob(pattern.c_str(), GLOB_NOSORT, KeepGlobFailure, &matches);
  std::vector<std::string> paths(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
  globfree(&matches);
  FRAZO_RETURN_IF_ERROR(failure);
  if (result != 0 && result != GLOB_NOMATCH) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot expand '", pattern, "': not enough memory"));
  }
  return paths;
}

// The shards of one set, with the same name and number.
struct ShardSet {
  std::set<int> shards;
  std::vector<std::string> paths;
};

absl::Status MissingShard(const std::string& pattern, const std::string& missing, size_t present,
                          int shards) {
  return absl::NotFoundError(absl::StrCat("'", pattern, "': there is no '", missing, "', and only ",
                                          present, " of the ", shards,
                                          " shards; fetch or make the missing ones"));
}

// Returns an empty list if there is no shard.
absl::StatusOr<std::vector<std::string>> FindShards(const std::string& pattern,
                                                    const ShardedPattern& sharded) {
  constexpr std::string_view kFiveDigits = "[0-9][0-9][0-9][0-9][0-9]";
  const std::string count = sharded.shards.has_value() ? absl::StrFormat("%05d", *sharded.shards)
                                                       : std::string(kFiveDigits);
  FRAZO_ASSIGN_OR_RETURN(
      const std::vector<std::string> paths,
      Glob(absl::StrCat(sharded.name, "-", kFiveDigits, "-of-", count, sharded.extension)));

  // A glob in the name may match several names, each with its own set.
  std::map<std::string, std::map<int, ShardSet>> sets_by_name;
  for (const std::string& path : paths) {
    const std::optional<ShardName> shard = ParseShardPath(path, sharded.extension);
    if (!shard.has_value()) continue;
    ShardSet& set = sets_by_name[shard->name][shard->shards];
    set.shards.insert(shard->shard);
    set.paths.push_back(path);
  }
  std::vector<std::string> found;
  for (const auto& [name, sets] : sets_by_name) {
    if (sets.size() > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", pattern, "' stands for one set of shards, but there is one of ",
                       sets.begin()->first, " and one of ", std::next(sets.begin())->first,
                       " below '", name, "'; write the number instead of * or remove one of them"));
    }
    const auto& [shards, set] = *sets.begin();
    for (int shard = 0; shard < shards; ++shard) {
      if (set.shards.count(shard) == 0) {
        return MissingShard(pattern, ShardPath(name, shard, shards, sharded.extension),
                            set.shards.size(), shards);
      }
    }
    found.insert(found.end(), set.paths.begin(), set.paths.end());
  }
  return found;
}

// Returns an empty list if nothing matches.
absl::StatusOr<std::vector<std::string>> Expand(const std::string& pattern) {
  if (Exists(pattern)) return std::vector<std::string>{pattern};
  FRAZO_ASSIGN_OR_RETURN(const std::optional<ShardedPattern> sharded, ParseShardedPattern(pattern));
  if (sharded.has_value()) return FindShards(pattern, *sharded);
  if (pattern.find_first_of(kGlobCharacters) == std::string::npos) {
    return std::vector<std::string>();
  }
  return Glob(pattern);
}

// Returns the longest beginning of a path that is a folder.
std::string NearestFolder(const std::string& pattern) {
  std::error_code error;
  std::filesystem::path folder = std::filesystem::absolute(pattern, error).parent_path();
  while (folder.has_relative_path() && !std::filesystem::is_directory(folder, error)) {
    folder = folder.parent_path();
  }
  return folder.string();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ExpandFilePattern(
    const std::string& pattern, absl::Span<const std::string> search_folders) {
  if (pattern.empty()) {
    return absl::InvalidArgumentError("a file pattern is empty; give the path of a file");
  }
  std::vector<std::string> candidates = {pattern};
  if (pattern.front() != '/') {
    for (const std::string& folder : search_folders) {
      candidates.push_back((std::filesystem::path(folder) / pattern).string());
    }
  }
  for (const std::string& candidate : candidates) {
    FRAZO_ASSIGN_OR_RETURN(std::vector<std::string> paths, Expand(candidate));
    if (!paths.empty()) return paths;
  }
  std::string nearest;
  for (const std::string& candidate : candidates) {
    absl::StrAppend(&nearest, nearest.empty() ? "" : " and ", "'", NearestFolder(candidate), "'");
  }
  return absl::NotFoundError(absl::StrCat("no file matches '", pattern,
                                          "'; the nearest folder that exists is ", nearest,
                                          "; correct the pattern, or make the files first"));
}

}  // namespace frazo::records
