#include "core/batch/batch.h"

namespace frazo::batch {

int64_t BatchTensor::element_count() const {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

std::string_view BatchTensor::string(int64_t index) const {
  const int64_t* const offsets = data<int64_t>();
  const char* const bytes = memory.get() + (element_count() + 1) * sizeof(int64_t);
  return {bytes + offsets[index], static_cast<size_t>(offsets[index + 1] - offsets[index])};
}

const BatchTensor* Batch::Find(std::string_view name) const {
  for (const BatchTensor& tensor : tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

}  // namespace frazo::batch
