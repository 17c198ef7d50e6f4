#include "core/kernels/norm/layer_norm.h"

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "core/testing/test_variation.h"
#include "gtest/gtest.h"

namespace frazo::norm {
namespace {

constexpr float kEpsilon = 1e-3f;

struct Case {
  std::vector<float> x, scale, bias, slopes;

  int64_t dim() const { return scale.size(); }
  int64_t rows() const { return x.size() / dim(); }
  LayerNorm norm() const { return {x.data(), dim(), scale.data(), bias.data()}; }
};

Case DrawCase(int64_t rows, int64_t dim) {
  std::mt19937 generator(TestSeed(dim));
  std::normal_distribution<float> normal;
  Case drawn = {std::vector<float>(rows * dim), std::vector<float>(dim), std::vector<float>(dim),
                std::vector<float>(rows * dim)};
  for (auto* values : {&drawn.x, &drawn.scale, &drawn.bias, &drawn.slopes}) {
    for (float& value : *values) value = normal(generator);
  }
  return drawn;
}

// The function and the sum of slopes times it, in doubles.
std::vector<double> Expected(const Case& given, const std::vector<double>& x) {
  std::vector<double> y(x.size());
  const int64_t dim = given.dim();
  for (int64_t row = 0; row < given.rows(); ++row) {
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < dim; ++i) mean += x[row * dim + i] / dim;
    for (int64_t i = 0; i < dim; ++i) variance += std::pow(x[row * dim + i] - mean, 2) / dim;
    for (int64_t i = 0; i < dim; ++i) {
      const double standardized = (x[row * dim + i] - mean) / std::sqrt(variance + kEpsilon);
      y[row * dim + i] = given.scale[i] * standardized + given.bias[i];
    }
  }
  return y;
}

double WeightedSum(const Case& given, const std::vector<double>& x) {
  const std::vector<double> y = Expected(given, x);
  double sum = 0;
  for (size_t i = 0; i < y.size(); ++i) sum += given.slopes[i] * y[i];
  return sum;
}

TEST(LayerNormTest, ByHand) {
  // The mean is 3, the variance (4 + 4 + 0 + 0) / 4 = 2, and with epsilon 4: half of the distances.
  const std::vector<float> x = {1, 5, 3, 3}, scale = {1, 1, 1, 2}, bias = {0, 0, 7, 1};
  std::vector<float> y(4);
  RowMoments moments;
  LayerNorm{x.data(), 4, scale.data(), bias.data()}.Compute(0, 1, 2, y.data(), &moments);
  EXPECT_EQ(y, (std::vector<float>{-1, 1, 7, 1}));
  EXPECT_EQ(moments.mean, 3);
  EXPECT_EQ(moments.inverse_deviation, 0.5f);
}

TEST(LayerNormTest, IsTheFormulaForAnySize) {
  for (const int64_t dim : {1, 2, 15, 16, 64, 100, 513}) {
    const Case given = DrawCase(3, dim);
    std::vector<float> y(given.x.size());
    std::vector<RowMoments> moments(3);
    given.norm().Compute(0, 2, kEpsilon, y.data(), moments.data());
    given.norm().Compute(2, 3, kEpsilon, y.data(), moments.data());
    const std::vector<double> expected = Expected(given, {given.x.begin(), given.x.end()});
    for (size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], expected[i], 2e-5) << dim;
  }
}

TEST(LayerNormTest, GradientIsThatOfDifferencesAndMayOverwriteTheSlopes) {
  for (const int64_t dim : {2, 15, 70}) {
    const Case given = DrawCase(3, dim);
    std::vector<float> y(given.x.size()), of_x = given.slopes, of_scale(dim, 10), of_bias(dim, 20);
    std::vector<RowMoments> moments(3);
    given.norm().Compute(0, 3, kEpsilon, y.data(), moments.data());
    given.norm().Gradient(0, 3, moments.data(), of_x.data(),
                          {of_x.data(), of_scale.data(), of_bias.data()});
    const std::vector<double> x(given.x.begin(), given.x.end());
    for (size_t i = 0; i < x.size(); ++i) {
      std::vector<double> above = x, below = x;
      above[i] += 1e-5;
      below[i] -= 1e-5;
      const double slope = (WeightedSum(given, above) - WeightedSum(given, below)) / 2e-5;
      EXPECT_NEAR(of_x[i], slope, 1e-4 * (1 + std::abs(slope))) << dim;
    }
    for (int64_t i = 0; i < dim; ++i) {
      // They are added to what is there.
      double scale = 10, bias = 20;
      for (int64_t row = 0; row < 3; ++row) {
        const float slope = given.slopes[row * dim + i];
        scale += slope * (y[row * dim + i] - given.bias[i]) / given.scale[i];
        bias += slope;
      }
      EXPECT_NEAR(of_scale[i], scale, 1e-3) << dim;
      EXPECT_NEAR(of_bias[i], bias, 1e-5) << dim;
    }
  }
}

}  // namespace
}  // namespace frazo::norm
