#ifndef FRAZO_CORE_OPS_BATCH_TENSORS_H_
#define FRAZO_CORE_OPS_BATCH_TENSORS_H_

#include <vector>

#include "core/batch/batch.h"
#include "core/batch/batcher.h"
#include "core/process/example.h"
#include "tensorflow/core/framework/partial_tensor_shape.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/types.h"

namespace frazo::ops {

tensorflow::DataType TensorFlowType(process::ValueType type);

// Returns the shape of a tensor of every batch. Sizes that may differ from batch to batch are
// unknown.
tensorflow::PartialTensorShape TensorFlowShape(const batch::BatchTensorSpec& spec);

// Converts a tensor of a batch. A tensor of numbers takes over the batch's memory without a copy;
// strings are copied.
tensorflow::Tensor TensorFlowTensor(const batch::BatchTensor& tensor);

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_BATCH_TENSORS_H_
