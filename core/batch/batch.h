#ifndef FRAZO_CORE_BATCH_BATCH_H_
#define FRAZO_CORE_BATCH_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/process/example.h"

namespace frazo::batch {

// A dense array in row-major order. Whoever keeps a copy of `memory` may adopt it; nobody else may
// write to it.
struct BatchTensor {
  std::string name;
  process::ValueType type = process::ValueType::kInt32;
  std::vector<int64_t> shape;
  // The memory starts at a multiple of kBatchAlignment. Numbers: it holds the elements. kBytes: it
  // holds int64 offsets, one more than there are elements, then the bytes; element i is bytes
  // [offsets[i], offsets[i + 1]) after the offsets.
  std::shared_ptr<char> memory;
  int64_t byte_size = 0;

  // The product of the shape.
  int64_t element_count() const;

  template <typename T>
  const T* data() const {
    return reinterpret_cast<const T*>(memory.get());
  }
  // Returns an element; `type` must be kBytes.
  std::string_view string(int64_t index) const;
};

// The memory of every tensor is aligned to this number of bytes.
inline constexpr size_t kBatchAlignment = 64;

// Counts the padding of a tensor.
struct PaddingCount {
  // An index into Batch::tensors.
  int32_t tensor = 0;
  // The tensor has real_values + padding_values elements.
  int64_t real_values = 0;
  int64_t padding_values = 0;
};

struct Batch {
  std::vector<BatchTensor> tensors;
  int64_t examples = 0;
  // RecordId::number of each example, in the order of the rows; empty if a row holds several.
  std::vector<int64_t> record_numbers;
  // The bucket that the batch comes from; 0 if there are no buckets.
  int32_t bucket = 0;
  // One count for each tensor of examples of any length.
  std::vector<PaddingCount> padding;

  // Returns the tensor of that name, or nullptr.
  const BatchTensor* Find(std::string_view name) const;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_BATCH_H_
