#include "core/kernels/lstm/lanes.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace frazo::lstm {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

float SigmoidOf(float x) { return Sigmoid(Fill(x))[3]; }

float TanhOf(float x) { return Tanh(Fill(x))[3]; }

TEST(LanesTest, SigmoidIsRightToTheLastBits) {
  for (double x = -80; x <= 80; x += 0.0371) {
    const double expected = 1 / (1 + std::exp(-static_cast<double>(static_cast<float>(x))));
    EXPECT_NEAR(SigmoidOf(x), expected, 3e-7 * expected) << x;
  }
}

TEST(LanesTest, TanhIsRightToTheLastBitsNearZeroToo) {
  for (double x = -30; x <= 30; x += 0.0173) {
    for (const double scale : {1.0, 1e-2, 1e-5, 1e-20}) {
      const float value = x * scale;
      const double expected = std::tanh(static_cast<double>(value));
      EXPECT_NEAR(TanhOf(value), expected, 4e-7 * std::abs(expected)) << value;
    }
  }
}

TEST(LanesTest, FarFromZeroAreTheLimits) {
  for (const float x : {100.0f, 1e30f, kInfinity}) {
    EXPECT_EQ(SigmoidOf(x), 1);
    EXPECT_EQ(TanhOf(x), 1);
    EXPECT_NEAR(SigmoidOf(-x), 0, 1e-37);
    EXPECT_EQ(TanhOf(-x), -1);
  }
}

TEST(LanesTest, WhatIsNoNumberStaysSo) {
  EXPECT_TRUE(std::isnan(SigmoidOf(std::nanf(""))));
  EXPECT_TRUE(std::isnan(TanhOf(std::nanf(""))));
}

TEST(LanesTest, LoadsAndStoresTheFirst) {
  const std::vector<float> values = {1, 2, 3, 4};
  const Lanes lanes = Load(values.data(), 3);
  EXPECT_EQ(lanes[2], 3);
  EXPECT_EQ(lanes[3], 0);
  EXPECT_EQ(Sum(lanes), 6);
  std::vector<float> stored(4, -1);
  Store(lanes, stored.data(), 2);
  EXPECT_EQ(stored, (std::vector<float>{1, 2, -1, -1}));
}

}  // namespace
}  // namespace frazo::lstm
