#ifndef FRAZO_CORE_OPS_TESTING_TENSORS_H_
#define FRAZO_CORE_OPS_TESTING_TENSORS_H_

#include <algorithm>
#include <vector>

#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {

// Makes a tensor of these values, row by row.
template <typename T>
tensorflow::Tensor MakeTensor(const tensorflow::TensorShape& shape, const std::vector<T>& values) {
  tensorflow::Tensor tensor(tensorflow::DataTypeToEnum<T>::value, shape);
  std::copy(values.begin(), values.end(), tensor.flat<T>().data());
  return tensor;
}

// Returns the elements of a tensor, row by row.
template <typename T>
std::vector<T> Values(const tensorflow::Tensor& tensor) {
  const auto flat = tensor.flat<T>();
  return std::vector<T>(flat.data(), flat.data() + flat.size());
}

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_TESTING_TENSORS_H_
