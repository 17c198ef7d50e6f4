#ifndef FRAZO_CORE_KERNELS_CONV_CONV_SHAPE_H_
#define FRAZO_CORE_KERNELS_CONV_CONV_SHAPE_H_

#include <cstdint>

namespace frazo::conv {

// A two-dimensional convolution of one image, [height, width, channels] to
// [out_height, out_width, filters], with the window [kernel_height, kernel_width].
struct ConvShape {
  int64_t height;
  int64_t width;
  int64_t channels;
  int64_t kernel_height;
  int64_t kernel_width;
  int64_t filters;
  int64_t out_height;
  int64_t out_width;
  // The step of the window in both directions, in pixels.
  int64_t stride;
  // The number of rows and columns of zeros before the image.
  int64_t pad_top;
  int64_t pad_left;
};

}  // namespace frazo::conv

#endif  // FRAZO_CORE_KERNELS_CONV_CONV_SHAPE_H_
