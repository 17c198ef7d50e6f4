#ifndef FRAZO_CORE_PROCESS_FEATURE_CONFIG_H_
#define FRAZO_CORE_PROCESS_FEATURE_CONFIG_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/process/example.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Reads types and shapes from the configuration; `path` is their field path. Errors:
// kInvalidArgument, which names the path.

absl::StatusOr<ValueType> ValueTypeOf(std::string_view path, FeatureType type);

// Each size is at least 1, except that the first one may be kAnySize. The product of the others is
// at most 2^40.
absl::StatusOr<std::vector<int64_t>> ShapeOf(std::string_view path, const FeatureShape& shape);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_FEATURE_CONFIG_H_
