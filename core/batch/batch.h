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

// A dense array in row-major order. Its memory may be adopted by whoever keeps a copy of `memory`,
// and is nobody else's to write to.
struct BatchTensor {
  std::string name;
  process::ValueType type = process::ValueType::kInt32;
  std::vector<int64_t> shape;
  // Starts at a multiple of kBatchAlignment. Numbers: the elements. kBytes: int64 offsets, one more
  // than there are elements, then the bytes; element i is bytes [offsets[i], offsets[i + 1]) of
  // what follows the offsets.
  std::shared_ptr<char> memory;
  int64_t byte_size = 0;

  // Product of the shape.
  int64_t element_count() const;

  template <typename T>
  const T* data() const {
    return reinterpret_cast<const T*>(memory.get());
  }
  // `type` is kBytes.
  std::string_view string(int64_t index) const;
};

// Bytes that the memory of every tensor is aligned to.
inline constexpr size_t kBatchAlignment = 64;

// How much of a tensor is padding.
struct PaddingCount {
  // Index into Batch::tensors.
  int32_t tensor = 0;
  // The tensor has real_values + padding_values elements.
  int64_t real_values = 0;
  int64_t padding_values = 0;
};

struct Batch {
  std::vector<BatchTensor> tensors;
  int64_t examples = 0;
  // Which bucket it comes from; 0 where there are no buckets.
  int32_t bucket = 0;
  // One for each tensor of examples of any length.
  std::vector<PaddingCount> padding;

  // nullptr if there is none of that name.
  const BatchTensor* Find(std::string_view name) const;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_BATCH_H_
