#ifndef FRAZO_CORE_RECORDS_FILE_PATTERN_H_
#define FRAZO_CORE_RECORDS_FILE_PATTERN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace frazo::records {

// Returns the paths that match a pattern, at least one, in any order; they may be files or folders.
// A pattern is a path, a glob (`*`, `?` and `[...]` within one component; a leading dot must be
// written out), `name@8.ext` for the shards name-00000-of-00008.ext to name-00007-of-00008.ext, or
// `name@*.ext` for a complete set of any number of shards. A path that exists stands for itself,
// even if it looks like a pattern. A relative pattern is looked up below the current folder, then
// below each of `search_folders`, until one has a match.
//
// Errors: kNotFound (no match; it names the nearest folder that exists, or the missing shard),
// kInvalidArgument (no name, a number of shards not in 1..99999, two sets of different numbers of
// shards), kPermissionDenied (a folder that can't be listed).
absl::StatusOr<std::vector<std::string>> ExpandFilePattern(
    const std::string& pattern, absl::Span<const std::string> search_folders);

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_FILE_PATTERN_H_
