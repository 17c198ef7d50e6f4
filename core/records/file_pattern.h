#ifndef FRAZO_CORE_RECORDS_FILE_PATTERN_H_
#define FRAZO_CORE_RECORDS_FILE_PATTERN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace frazo::records {

// The paths that a pattern stands for, at least one, in no order; whatever they are (files,
// folders). A pattern is a path, a glob (`*`, `?` and `[...]` within one component; a leading dot
// has to be spelled out), `name@8.ext` for the shards name-00000-of-00008.ext to
// name-00007-of-00008.ext, or `name@*.ext` for a complete set of any number of shards. A path that
// exists is itself, even if it looks like a pattern. A relative pattern is looked for below the
// current folder, then below each of `search_folders`, until one has something for it.
//
// Errors: kNotFound (nothing there, naming the nearest folder that exists; a shard missing, by
// name), kInvalidArgument (no name, a number of shards not in 1..99999, two sets of different
// numbers of shards), kPermissionDenied (a folder that can't be listed).
absl::StatusOr<std::vector<std::string>> ExpandFilePattern(
    const std::string& pattern, absl::Span<const std::string> search_folders);

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_FILE_PATTERN_H_
