#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/numeric/vector_targets.h"
#include "gtest/gtest.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/lstm/lanes_test.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "core/kernels/lstm/lanes.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::lstm::HWY_NAMESPACE {

float FirstSigmoid(float x) { return hn::GetLane(Sigmoid(Fill(x))); }

float FirstTanh(float x) { return hn::GetLane(Tanh(Fill(x))); }

// Copies `count` values through vectors and returns their sum.
float CopyAndSum(const float* values, int64_t count, float* copy) {
  float sum = 0;
  for (int64_t i = 0; i < count; i += kLanes) {
    const Lanes lanes = Load(values + i, std::min(kLanes, count - i));
    Store(lanes, copy + i, std::min(kLanes, count - i));
    sum += Sum(lanes);
  }
  return sum;
}

}  // namespace frazo::lstm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::lstm {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

float SigmoidOf(float x) { return FRAZO_VECTOR_FUNCTION(FirstSigmoid)(x); }

float TanhOf(float x) { return FRAZO_VECTOR_FUNCTION(FirstTanh)(x); }

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
  // 19 values don't fill a whole number of vectors, unless a vector is a single value.
  std::vector<float> values, copy(20, -1);
  for (int i = 1; i <= 19; ++i) values.push_back(i);
  // 1 + .. + 19.
  EXPECT_EQ(FRAZO_VECTOR_FUNCTION(CopyAndSum)(values.data(), 19, copy.data()), 190);
  values.push_back(-1);
  EXPECT_EQ(copy, values);
}

}  // namespace
}  // namespace frazo::lstm

#endif  // HWY_ONCE
