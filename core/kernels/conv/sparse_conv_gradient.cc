#include "core/kernels/conv/sparse_conv_gradient.h"

#include <algorithm>
#include <cstring>

namespace frazo::conv {
namespace {

int64_t Run(const ConvShape& shape) { return shape.kernel_width * shape.channels; }

// Calls visit(index in the filter, index in the packed filter) for every element.
template <typename Visit>
void ForEachWeight(const ConvShape& shape, Visit visit) {
  const int64_t run = Run(shape);
  for (int64_t row = 0; row < shape.kernel_height; ++row) {
    for (int64_t i = 0; i < run; ++i) {
      for (int64_t filter = 0; filter < shape.filters; ++filter) {
        visit((row * run + i) * shape.filters + filter,
              (row * shape.filters + filter) * PackedRun(shape) + i);
      }
    }
  }
}

}  // namespace

int64_t PackedRun(const ConvShape& shape) {
  const int64_t lanes = kRunOverread + 1;
  return (Run(shape) + lanes - 1) / lanes * lanes;
}

int64_t PackedSize(const ConvShape& shape) {
  return shape.kernel_height * shape.filters * PackedRun(shape);
}

void PackFilter(const ConvShape& shape, const float* filter, float* packed) {
  std::fill_n(packed, PackedSize(shape), 0.0f);
  ForEachWeight(shape, [&](int64_t from, int64_t to) { packed[to] = filter[from]; });
}

void UnpackFilter(const ConvShape& shape, const float* packed, float* filter) {
  ForEachWeight(shape, [&](int64_t to, int64_t from) { filter[to] = packed[from]; });
}

SparseConvGradient::SparseConvGradient(const ConvShape& shape, const float* packed_filter)
    : shape_(shape),
      packed_filter_(packed_filter),
      // With a stride, or VALID padding, windows may not reach the end of the image.
      padded_height_(std::max((shape.out_height - 1) * shape.stride + shape.kernel_height,
                              shape.pad_top + shape.height)),
      padded_width_(std::max((shape.out_width - 1) * shape.stride + shape.kernel_width,
                             shape.pad_left + shape.width)),
      padded_image_(padded_height_ * PaddedRow() + kRunOverread),
      padded_gradient_(padded_image_.size()),
      pixel_begin_(shape.out_height * shape.out_width + 1),
      filter_begin_(shape.filters + 1) {
  // Arrays and not vectors, because setting a first value would cost as much as the work.
  const int64_t elements = shape.out_height * shape.out_width * shape.filters;
  by_pixel_.reset(new WeightedRun[elements]);
  by_filter_.reset(new WeightedRun[elements]);
}

void SparseConvGradient::SetOutputGradient(const float* output_gradient) {
  const int64_t pixels = shape_.out_height * shape_.out_width;
  const int32_t run = PackedRun(shape_);
  int64_t count = 0;
  for (int64_t pixel = 0; pixel < pixels; ++pixel) {
    pixel_begin_[pixel] = count;
    for (int32_t filter = 0; filter < shape_.filters; ++filter) {
      const float weight = *output_gradient++;
      // Always written, but kept only if the weight is not 0: a branch would be mispredicted every
      // tenth time.
      by_pixel_[count] = {filter * run, weight};
      count += weight != 0;
    }
  }
  pixel_begin_[pixels] = count;
}

void SparseConvGradient::SortByFilter() {
  const int32_t run = PackedRun(shape_);
  const int64_t pixels = shape_.out_height * shape_.out_width;
  std::fill(filter_begin_.begin(), filter_begin_.end(), 0);
  for (int64_t i = 0; i < pixel_begin_[pixels]; ++i) ++filter_begin_[by_pixel_[i].begin / run + 1];
  for (int64_t f = 0; f < shape_.filters; ++f) filter_begin_[f + 1] += filter_begin_[f];
  std::vector<int64_t> next(filter_begin_.begin(), filter_begin_.end() - 1);
  for (int64_t y = 0; y < shape_.out_height; ++y) {
    for (int64_t x = 0; x < shape_.out_width; ++x) {
      const int64_t pixel = y * shape_.out_width + x;
      const int32_t window = shape_.stride * (y * PaddedRow() + x * shape_.channels);
      for (int64_t i = pixel_begin_[pixel]; i < pixel_begin_[pixel + 1]; ++i) {
        by_filter_[next[by_pixel_[i].begin / run]++] = {window, by_pixel_[i].weight};
      }
    }
  }
}

void SparseConvGradient::AddToFilter(const float* image, float* packed_gradient) {
  SortByFilter();
  const int64_t row = shape_.width * shape_.channels;
  for (int64_t y = 0; y < shape_.height; ++y) {
    std::memcpy(
        &padded_image_[(y + shape_.pad_top) * PaddedRow() + shape_.pad_left * shape_.channels],
        image + y * row, row * sizeof(float));
  }
  for (int64_t f = 0; f < shape_.filters; ++f) {
    for (int64_t k = 0; k < shape_.kernel_height; ++k) {
      AddWeightedRuns(&padded_image_[k * PaddedRow()], &by_filter_[filter_begin_[f]],
                      filter_begin_[f + 1] - filter_begin_[f], Run(shape_),
                      packed_gradient + (k * shape_.filters + f) * PackedRun(shape_));
    }
  }
}

void SparseConvGradient::Input(float* image_gradient) {
  std::fill(padded_gradient_.begin(), padded_gradient_.end(), 0.0f);
  for (int64_t k = 0; k < shape_.kernel_height; ++k) {
    const float* const filter_row = packed_filter_ + k * shape_.filters * PackedRun(shape_);
    for (int64_t x = 0; x < shape_.out_width; ++x) {
      // Goes down and not along a row: the windows of neighbours in a row overlap, and a load would
      // have to wait for the previous store.
      for (int64_t y = 0; y < shape_.out_height; ++y) {
        const int64_t pixel = y * shape_.out_width + x;
        const int64_t begin = pixel_begin_[pixel];
        const int64_t count = pixel_begin_[pixel + 1] - begin;
        if (count == 0) continue;
        AddWeightedRuns(filter_row, &by_pixel_[begin], count, Run(shape_),
                        &padded_gradient_[(y * shape_.stride + k) * PaddedRow() +
                                          x * shape_.stride * shape_.channels]);
      }
    }
  }
  const int64_t row = shape_.width * shape_.channels;
  for (int64_t y = 0; y < shape_.height; ++y) {
    std::memcpy(
        image_gradient + y * row,
        &padded_gradient_[(y + shape_.pad_top) * PaddedRow() + shape_.pad_left * shape_.channels],
        row * sizeof(float));
  }
}

}  // namespace frazo::conv
