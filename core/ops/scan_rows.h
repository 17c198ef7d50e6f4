#ifndef FRAZO_CORE_OPS_SCAN_ROWS_H_
#define FRAZO_CORE_OPS_SCAN_ROWS_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/boxes/box.h"
#include "core/points/point.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {

// The rows of a batch: [B, N, width] numbers, of which the first lengths[i] of row i are real.
class ScanRows {
 public:
  // `name` begins the messages. Error: kInvalidArgument unless numbers is [B, N, least_width or
  // wider] and lengths is [B] of 0 .. N.
  static absl::Status Check(std::string_view name, const tensorflow::Tensor& numbers,
                            const tensorflow::Tensor& lengths, int64_t least_width);

  // For tensors that Check() passes; they outlive this.
  ScanRows(const tensorflow::Tensor& numbers, const tensorflow::Tensor& lengths);

  int64_t batch() const { return batch_; }
  int64_t places() const { return places_; }
  int64_t width() const { return width_; }
  int64_t length(int64_t row) const { return lengths_[row]; }

  // Returns the real numbers of a row, [length(row), width()].
  absl::Span<const float> Numbers(int64_t row) const {
    return {numbers_ + row * places_ * width_, static_cast<size_t>(length(row) * width_)};
  }
  // Returns the first three numbers of each as a point.
  std::vector<points::Point> Points(int64_t row) const;
  // Returns the first seven numbers of each as a box.
  std::vector<boxes::Box> Boxes(int64_t row) const;

 private:
  const float* numbers_;
  const int32_t* lengths_;
  int64_t batch_;
  int64_t places_;
  int64_t width_;
};

// Returns the box of seven numbers: x, y, z, length, width, height, heading.
boxes::Box ToBox(const float* numbers);

// Error: kInvalidArgument unless `seeds` is one number or one for each of `batch` rows.
absl::Status CheckSeeds(const tensorflow::Tensor& seeds, int64_t batch);

// Returns the seed of a row. One number for all makes a row's result independent of its place.
uint64_t SeedOf(const tensorflow::Tensor& seeds, int64_t row);

// Calls work(row, threads) for all rows on the threads of the device; `threads` are those that a
// row may use if there are fewer rows than threads. Returns the error of the first row that has
// one, with `name` and its number.
absl::Status ForEachScan(tensorflow::OpKernelContext* context, std::string_view name, int64_t rows,
                         const std::function<absl::Status(int64_t row, int threads)>& work);

// Sets `batch` and `places` to the sizes of an input of rows; error unless it may be [B, N, width]
// and its lengths [B]. `numbers` and `lengths` are the places of the inputs.
absl::Status InferRows(tensorflow::shape_inference::InferenceContext* context, int numbers,
                       int lengths, tensorflow::shape_inference::ShapeHandle* rows);

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_SCAN_ROWS_H_
