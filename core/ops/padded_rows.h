#ifndef FRAZO_CORE_OPS_PADDED_ROWS_H_
#define FRAZO_CORE_OPS_PADDED_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"

namespace frazo::ops {

// Returns the length of a row, of lengths [B]. Error: kInvalidArgument unless it is in 0 ..
// longest.
absl::StatusOr<int64_t> LengthOfRow(const tensorflow::Tensor& lengths, int64_t row,
                                    int64_t longest);

// Sets outputs 0 and 1 to the rows, with zeros behind each, and to their lengths. A row has a
// multiple of `width` values; `inner` are the sizes behind [B, longest].
absl::Status SetRows(tensorflow::OpKernelContext* context,
                     const std::vector<std::vector<float>>& rows, int64_t width,
                     const tensorflow::TensorShape& inner);

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_PADDED_ROWS_H_
