#include "core/ops/scan_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/ops/checked_rows.h"
#include "core/ops/device_threads.h"

namespace frazo::ops {

using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status ScanRows::Check(std::string_view name, const Tensor& numbers, const Tensor& lengths,
                             int64_t least_width) {
  if (numbers.dims() != 3 || numbers.dim_size(2) < least_width || lengths.dims() != 1 ||
      lengths.dim_size(0) != numbers.dim_size(0)) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, ": shape ", numbers.shape().DebugString(), " and lengths of shape ",
        lengths.shape().DebugString(), "; expected [B, N, ", least_width, " or more] and [B]"));
  }
  for (int64_t i = 0; i < lengths.NumElements(); ++i) {
    const int32_t length = lengths.vec<int32_t>()(i);
    if (length < 0 || length > numbers.dim_size(1)) {
      return absl::InvalidArgumentError(absl::StrCat(name, ": the length of row ", i, " is ",
                                                     length, "; expected 0 .. ",
                                                     numbers.dim_size(1)));
    }
  }
  return absl::OkStatus();
}

ScanRows::ScanRows(const Tensor& numbers, const Tensor& lengths)
    : numbers_(numbers.flat<float>().data()),
      lengths_(lengths.flat<int32_t>().data()),
      batch_(numbers.dim_size(0)),
      places_(numbers.dim_size(1)),
      width_(numbers.dim_size(2)) {}

std::vector<points::Point> ScanRows::Points(int64_t row) const {
  const float* next = Numbers(row).data();
  std::vector<points::Point> points(length(row));
  for (points::Point& point : points) {
    point = {next[0], next[1], next[2]};
    next += width_;
  }
  return points;
}

std::vector<boxes::Box> ScanRows::Boxes(int64_t row) const {
  const float* next = Numbers(row).data();
  std::vector<boxes::Box> boxes(length(row));
  for (boxes::Box& box : boxes) {
    box = ToBox(next);
    next += width_;
  }
  return boxes;
}

boxes::Box ToBox(const float* numbers) {
  return {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]};
}

absl::Status CheckSeeds(const Tensor& seeds, int64_t batch) {
  if (seeds.dims() == 0 || (seeds.dims() == 1 && seeds.dim_size(0) == batch)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("seeds: shape ", seeds.shape().DebugString(), "; expected [] or [", batch, "]"));
}

uint64_t SeedOf(const Tensor& seeds, int64_t row) {
  return seeds.flat<int64_t>()(seeds.dims() == 0 ? 0 : row);
}

absl::Status ForEachScan(OpKernelContext* context, std::string_view name, int64_t rows,
                         const std::function<absl::Status(int64_t row, int threads)>& work) {
  // A scan takes so much that each row may get a thread of its own.
  constexpr int64_t kCyclesPerRow = 1'000'000;
  const int64_t num_threads = DeviceThreads(context)->NumThreads();
  const auto threads =
      static_cast<int>(std::max<int64_t>(num_threads / std::max<int64_t>(rows, 1), 1));
  return ForEachRow(context, name, rows, kCyclesPerRow,
                    [&](int64_t row) { return work(row, threads); });
}

absl::Status InferRows(InferenceContext* context, int numbers, int lengths, ShapeHandle* rows) {
  ShapeHandle vector;
  DimensionHandle batch;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(numbers), 3, rows));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(lengths), 1, &vector));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(*rows, 0), context->Dim(vector, 0), &batch));
  return context->ReplaceDim(*rows, 0, batch, rows);
}

}  // namespace frazo::ops
