#include "core/batch/tensor_memory.h"

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/status/status_macros.h"

namespace frazo::batch {
namespace {

absl::Status NoMemory(std::string_view name, absl::Span<const int64_t> shape) {
  return absl::ResourceExhaustedError(
      absl::StrCat("no memory for a batch: '", name, "' would be [", absl::StrJoin(shape, ", "),
                   "]; make batches smaller, or leave out long examples"));
}

// Returns left * right + plus, or -1 if it doesn't fit into int64. All numbers must be >= 0.
int64_t MultiplyAdd(int64_t left, int64_t right, int64_t plus) {
  int64_t result;
  if (__builtin_mul_overflow(left, right, &result)) return -1;
  if (__builtin_add_overflow(result, plus, &result)) return -1;
  return result;
}

// Allocates element_count * element_size + more bytes for `tensor`.
absl::Status Allocate(int64_t element_size, int64_t more, BatchTensor* tensor) {
  int64_t bytes = 1;
  for (const int64_t size : tensor->shape) bytes = bytes < 0 ? -1 : MultiplyAdd(bytes, size, 0);
  if (bytes >= 0) bytes = MultiplyAdd(bytes, element_size, more);
  // aligned_alloc takes multiples of the alignment only. A tensor without elements gets memory too.
  constexpr int64_t kStep = kBatchAlignment;
  if (bytes < 0 || bytes > std::numeric_limits<int64_t>::max() - kStep) {
    return NoMemory(tensor->name, tensor->shape);
  }
  const int64_t rounded = (bytes / kStep + 1) * kStep;
  void* const memory = std::aligned_alloc(kBatchAlignment, static_cast<size_t>(rounded));
  if (memory == nullptr) return NoMemory(tensor->name, tensor->shape);
  tensor->memory = std::shared_ptr<char>(static_cast<char*>(memory), std::free);
  tensor->byte_size = bytes;
  return absl::OkStatus();
}

BatchTensor Describe(std::string_view name, process::ValueType type,
                     absl::Span<const int64_t> shape) {
  BatchTensor tensor;
  tensor.name = std::string(name);
  tensor.type = type;
  tensor.shape.assign(shape.begin(), shape.end());
  return tensor;
}

}  // namespace

absl::StatusOr<BatchTensor> AllocateNumbers(std::string_view name, process::ValueType type,
                                            absl::Span<const int64_t> shape) {
  BatchTensor tensor = Describe(name, type, shape);
  FRAZO_RETURN_IF_ERROR(Allocate(static_cast<int64_t>(process::ValueTypeSize(type)), 0, &tensor));
  return tensor;
}

absl::StatusOr<BatchTensor> AllocateStrings(std::string_view name, absl::Span<const int64_t> shape,
                                            int64_t bytes) {
  BatchTensor tensor = Describe(name, process::ValueType::kBytes, shape);
  constexpr int64_t kOffsetSize = sizeof(int64_t);
  if (bytes > std::numeric_limits<int64_t>::max() - kOffsetSize) return NoMemory(name, shape);
  FRAZO_RETURN_IF_ERROR(Allocate(kOffsetSize, kOffsetSize + bytes, &tensor));
  return tensor;
}

}  // namespace frazo::batch
