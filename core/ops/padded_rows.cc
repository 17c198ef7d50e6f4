#include "core/ops/padded_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace frazo::ops {

using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;

absl::StatusOr<int64_t> LengthOfRow(const Tensor& lengths, int64_t row, int64_t longest) {
  const int32_t length = lengths.vec<int32_t>()(row);
  if (length >= 0 && length <= longest) return length;
  return absl::InvalidArgumentError(absl::StrCat("length ", length, "; expected 0 .. ", longest));
}

absl::Status SetRows(tensorflow::OpKernelContext* context,
                     const std::vector<std::vector<float>>& rows, int64_t width,
                     const TensorShape& inner) {
  const int64_t batch = rows.size();
  size_t longest = 0;
  for (const std::vector<float>& row : rows) longest = std::max(longest, row.size());
  TensorShape shape({batch, static_cast<int64_t>(longest) / width});
  shape.AppendShape(inner);
  Tensor* values = nullptr;
  Tensor* lengths = nullptr;
  absl::Status status = context->allocate_output(0, shape, &values);
  status.Update(context->allocate_output(1, TensorShape({batch}), &lengths));
  if (!status.ok()) return status;
  float* out = values->flat<float>().data();
  for (int64_t i = 0; i < batch; ++i, out += longest) {
    std::fill(std::copy(rows[i].begin(), rows[i].end(), out), out + longest, 0.0f);
    lengths->vec<int32_t>()(i) = static_cast<int32_t>(rows[i].size() / width);
  }
  return absl::OkStatus();
}

}  // namespace frazo::ops
