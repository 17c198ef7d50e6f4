#ifndef FRAZO_CORE_KERNELS_CONV_SPARSE_CONV_GRADIENT_H_
#define FRAZO_CORE_KERNELS_CONV_SPARSE_CONV_GRADIENT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "core/kernels/conv/conv_shape.h"
#include "core/kernels/conv/weighted_runs.h"

namespace frazo::conv {

// Computes the gradients of a convolution in time proportional to the number of nonzero elements in
// the gradient of its output. With max pooling and a rectifier after the convolution, nine in ten
// are zero: pooling sends the gradient to one pixel of each window, and the rectifier to about half
// of these.
//
// Packed: the layout of a filter here, [kernel_height, filters, PackedRun(shape)]. One row of the
// window with all its channels is contiguous, followed by zeros.

// Returns kernel_width * channels, rounded up to whole vectors.
int64_t PackedRun(const ConvShape& shape);

// Returns the number of floats of a packed filter.
int64_t PackedSize(const ConvShape& shape);

// Packs a filter [kernel_height, kernel_width, channels, filters].
void PackFilter(const ConvShape& shape, const float* filter, float* packed);

// Unpacks a filter to [kernel_height, kernel_width, channels, filters].
void UnpackFilter(const ConvShape& shape, const float* packed, float* filter);

// Works on one image after another and keeps its memory. Not thread-safe: each thread has its own.
class SparseConvGradient {
 public:
  // `packed_filter` must stay valid. Only Input() reads it.
  SparseConvGradient(const ConvShape& shape, const float* packed_filter);

  // Takes the gradient of the output of one image, [out_height, out_width, filters].
  void SetOutputGradient(const float* output_gradient);

  // Adds the filter's gradient for `image`, [height, width, channels], to `packed_gradient`.
  void AddToFilter(const float* image, float* packed_gradient);

  // Writes the gradient of the image.
  void Input(float* image_gradient);

 private:
  int64_t PaddedRow() const { return padded_width_ * shape_.channels; }
  void SortByFilter();

  const ConvShape shape_;
  const float* const packed_filter_;
  int64_t padded_height_;
  int64_t padded_width_;
  // The padded image and its gradient.
  std::vector<float> padded_image_;
  std::vector<float> padded_gradient_;
  // The nonzero elements, ordered by pixel and then by filter; `begin` is where the filter's run
  // begins in a row of the packed filter. Those of pixel p are [pixel_begin_[p],
  // pixel_begin_[p+1]).
  std::unique_ptr<WeightedRun[]> by_pixel_;
  std::vector<int64_t> pixel_begin_;
  // The same elements, ordered by filter; `begin` is where the pixel's window begins in the padded
  // image.
  std::unique_ptr<WeightedRun[]> by_filter_;
  std::vector<int64_t> filter_begin_;
};

}  // namespace frazo::conv

#endif  // FRAZO_CORE_KERNELS_CONV_SPARSE_CONV_GRADIENT_H_
