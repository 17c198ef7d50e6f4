#include "core/ops/batch_tensors.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "tensorflow/core/framework/allocation_description.pb.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/platform/refcount.h"
#include "tensorflow/core/platform/tstring.h"

namespace frazo::ops {
namespace {

using ::tensorflow::Tensor;
using ::tensorflow::TensorBuffer;
using ::tensorflow::TensorShape;
using ::tensorflow::tstring;

// The memory of a batch's tensor. It has the alignment kBatchAlignment, which TensorFlow requires.
class BatchBuffer final : public TensorBuffer {
 public:
  BatchBuffer(std::shared_ptr<char> memory, size_t size)
      : TensorBuffer(memory.get()), memory_(std::move(memory)), size_(size) {}

  size_t size() const override { return size_; }
  TensorBuffer* root_buffer() override { return this; }
  void FillAllocationDescription(tensorflow::AllocationDescription* description) const override {
    description->set_requested_bytes(size_);
    description->set_allocator_name("frazo_batch");
  }

 private:
  const std::shared_ptr<char> memory_;
  const size_t size_;
};

}  // namespace

tensorflow::DataType TensorFlowType(process::ValueType type) {
  switch (type) {
    case process::ValueType::kInt64:
      return tensorflow::DT_INT64;
    case process::ValueType::kInt32:
      return tensorflow::DT_INT32;
    case process::ValueType::kFloat32:
      return tensorflow::DT_FLOAT;
    case process::ValueType::kUint8:
      return tensorflow::DT_UINT8;
    case process::ValueType::kBytes:
      return tensorflow::DT_STRING;
  }
  return tensorflow::DT_INVALID;
}

tensorflow::PartialTensorShape TensorFlowShape(const batch::BatchTensorSpec& spec) {
  return tensorflow::PartialTensorShape(spec.shape);
}

Tensor TensorFlowTensor(const batch::BatchTensor& tensor) {
  const TensorShape shape(tensor.shape);
  const tensorflow::DataType type = TensorFlowType(tensor.type);
  if (tensor.type == process::ValueType::kBytes || shape.num_elements() == 0) {
    Tensor copy(type, shape);
    if (tensor.type == process::ValueType::kBytes) {
      auto strings = copy.flat<tstring>();
      for (int64_t i = 0; i < strings.size(); ++i) {
        const std::string_view value = tensor.string(i);
        strings(i).assign(value.data(), value.size());
      }
    }
    return copy;
  }
  return Tensor(type, shape,
                tensorflow::core::RefCountPtr<TensorBuffer>(
                    new BatchBuffer(tensor.memory, tensor.byte_size)));
}

}  // namespace frazo::ops
