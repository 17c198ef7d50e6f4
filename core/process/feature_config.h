#ifndef FRAZO_CORE_PROCESS_FEATURE_CONFIG_H_
#define FRAZO_CORE_PROCESS_FEATURE_CONFIG_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/process/example.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Types and shapes as the configuration writes them. `path` is where they stand in it. Errors:
// kInvalidArgument, naming the path.

absl::StatusOr<ValueType> ValueTypeOf(std::string_view path, FeatureType type);

// Every size is at least 1, or the first one kAnySize; the product of the others is at most 2^40.
absl::StatusOr<std::vector<int64_t>> ShapeOf(std::string_view path, const FeatureShape& shape);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_FEATURE_CONFIG_H_
