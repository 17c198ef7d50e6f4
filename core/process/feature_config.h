#ifndef FRAZO_CORE_PROCESS_FEATURE_CONFIG_H_
#define FRAZO_CORE_PROCESS_FEATURE_CONFIG_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/process/example.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Types and shapes as the configuration writes them. `place` is where they stand in it. Errors:
// kInvalidArgument, naming the place.

absl::StatusOr<ValueType> ValueTypeOf(std::string_view place, FeatureType type);

// Every size is at least 1, their product at most 2^40.
absl::StatusOr<std::vector<int64_t>> ShapeOf(std::string_view place, const FeatureShape& shape);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_FEATURE_CONFIG_H_
