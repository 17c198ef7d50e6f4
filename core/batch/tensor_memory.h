#ifndef FRAZO_CORE_BATCH_TENSOR_MEMORY_H_
#define FRAZO_CORE_BATCH_TENSOR_MEMORY_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/batch/batch.h"

namespace frazo::batch {

// A tensor with memory for its elements, which are not set. `type` is not kBytes. Error:
// kResourceExhausted if there is not so much memory; names the tensor and its size.
absl::StatusOr<BatchTensor> AllocateNumbers(std::string_view name, process::ValueType type,
                                            absl::Span<const int64_t> shape);

// The same for kBytes, with `bytes` bytes behind the offsets.
absl::StatusOr<BatchTensor> AllocateStrings(std::string_view name, absl::Span<const int64_t> shape,
                                            int64_t bytes);

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_TENSOR_MEMORY_H_
