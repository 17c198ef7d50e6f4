#include "core/kernels/conv/sparse_conv_gradient.h"

#include <cstdint>
#include <random>
#include <vector>

#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::conv {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

struct Gradients {
  std::vector<float> filter;
  std::vector<float> input;
};

Gradients Sparse(const ConvShape& shape, const std::vector<float>& image,
                 const std::vector<float>& filter, const std::vector<float>& output_gradient) {
  std::vector<float> packed(PackedSize(shape));
  PackFilter(shape, filter.data(), packed.data());
  SparseConvGradient gradient(shape, packed.data());
  gradient.SetOutputGradient(output_gradient.data());
  std::vector<float> packed_gradient(PackedSize(shape));
  gradient.AddToFilter(image.data(), packed_gradient.data());
  Gradients result{std::vector<float>(filter.size()), std::vector<float>(image.size())};
  UnpackFilter(shape, packed_gradient.data(), result.filter.data());
  gradient.Input(result.input.data());
  return result;
}

// Computes the definition element by element.
Gradients Direct(const ConvShape& shape, const std::vector<float>& image,
                 const std::vector<float>& filter, const std::vector<float>& output_gradient) {
  Gradients result{std::vector<float>(filter.size()), std::vector<float>(image.size())};
  int64_t out = 0;
  for (int64_t y = 0; y < shape.out_height; ++y)
    for (int64_t x = 0; x < shape.out_width; ++x)
      for (int64_t f = 0; f < shape.filters; ++f, ++out)
        for (int64_t i = 0; i < shape.kernel_height; ++i)
          for (int64_t j = 0; j < shape.kernel_width; ++j)
            for (int64_t c = 0; c < shape.channels; ++c) {
              const int64_t row = y * shape.stride + i - shape.pad_top;
              const int64_t column = x * shape.stride + j - shape.pad_left;
              if (row < 0 || row >= shape.height || column < 0 || column >= shape.width) continue;
              const int64_t at = (row * shape.width + column) * shape.channels + c;
              const int64_t weight =
                  ((i * shape.kernel_width + j) * shape.channels + c) * shape.filters + f;
              result.filter[weight] += image[at] * output_gradient[out];
              result.input[at] += filter[weight] * output_gradient[out];
            }
  return result;
}

TEST(SparseConvGradientTest, OneNonzeroElementByHand) {
  // A 3 x 3 image, a 2 x 2 window without padding; only the lower right output has a gradient, 10.
  const ConvShape shape = {3, 3, 1, 2, 2, 1, 2, 2, 1, 0, 0};
  const Gradients gradients =
      Sparse(shape, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4}, {0, 0, 0, 10});
  EXPECT_THAT(gradients.filter, ElementsAre(50, 60, 80, 90));
  EXPECT_THAT(gradients.input, ElementsAre(0, 0, 0, 0, 10, 20, 0, 30, 40));
}

TEST(SparseConvGradientTest, PackingIsUndone) {
  const ConvShape shape = {5, 5, 3, 2, 3, 4, 4, 3, 1, 0, 0};
  std::vector<float> filter(2 * 3 * 3 * 4);
  for (int64_t i = 0; i < filter.size(); ++i) filter[i] = i + 1;
  std::vector<float> packed(PackedSize(shape)), unpacked(filter.size());
  EXPECT_EQ(PackedRun(shape), 16);  // 3 * 3, rounded up
  PackFilter(shape, filter.data(), packed.data());
  UnpackFilter(shape, packed.data(), unpacked.data());
  EXPECT_EQ(unpacked, filter);
}

struct Case {
  ConvShape shape;
  double density;
};

class SparseConvGradientCases : public testing::TestWithParam<Case> {};

TEST_P(SparseConvGradientCases, EqualsTheDefinition) {
  const ConvShape& shape = GetParam().shape;
  std::mt19937 random(TestSeed(7));
  std::normal_distribution<float> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<float> image(shape.height * shape.width * shape.channels);
  std::vector<float> filter(shape.kernel_height * shape.kernel_width * shape.channels *
                            shape.filters);
  std::vector<float> output_gradient(shape.out_height * shape.out_width * shape.filters);
  for (float& value : image) value = normal(random);
  for (float& value : filter) value = normal(random);
  for (float& value : output_gradient) {
    value = uniform(random) < GetParam().density ? normal(random) : 0;
  }
  const Gradients expected = Direct(shape, image, filter, output_gradient);
  const Gradients gradients = Sparse(shape, image, filter, output_gradient);
  EXPECT_THAT(gradients.filter, Pointwise(FloatNear(1e-4), expected.filter));
  EXPECT_THAT(gradients.input, Pointwise(FloatNear(1e-4), expected.input));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, SparseConvGradientCases,
    testing::Values(Case{{14, 14, 20, 5, 5, 50, 14, 14, 1, 2, 2}, 0.1},  // LeNet5's second
                    Case{{14, 14, 20, 5, 5, 50, 14, 14, 1, 2, 2}, 0},
                    Case{{6, 5, 3, 3, 2, 4, 6, 5, 1, 1, 0}, 1},
                    // Stride 2, SAME: 7 / 2 rounded up; one row and column of padding on each side.
                    Case{{7, 7, 2, 3, 3, 5, 4, 4, 2, 1, 1}, 0.5},
                    // Stride 3, VALID: the last row and the last two columns are not covered.
                    Case{{6, 7, 9, 2, 2, 3, 2, 2, 3, 0, 0}, 0.5},
                    // The window is as large as the image, or one pixel.
                    Case{{4, 4, 30, 4, 4, 2, 1, 1, 1, 0, 0}, 1},
                    Case{{4, 4, 33, 1, 1, 2, 4, 4, 1, 0, 0}, 0.3}));

}  // namespace
}  // namespace frazo::conv
