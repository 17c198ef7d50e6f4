#ifndef FRAZO_CORE_BATCH_TENSOR_MEMORY_H_
#define FRAZO_CORE_BATCH_TENSOR_MEMORY_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/batch/batch.h"

namespace frazo::batch {

// Allocates a tensor without setting its elements. `type` must not be kBytes. Error:
// kResourceExhausted if there is not enough memory; it names the tensor and its size.
absl::StatusOr<BatchTensor> AllocateNumbers(std::string_view name, process::ValueType type,
                                            absl::Span<const int64_t> shape);

// Does the same for kBytes, with `bytes` bytes after the offsets.
absl::StatusOr<BatchTensor> AllocateStrings(std::string_view name, absl::Span<const int64_t> shape,
                                            int64_t bytes);

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_TENSOR_MEMORY_H_
