#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/numeric/vector_targets.h"
#include "gtest/gtest.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/numeric/exponential_vectors_test.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "core/numeric/exponential_vectors.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::numeric::HWY_NAMESPACE {

// `count` must be a multiple of 16, which every number of lanes divides.
void Exponentials(const float* values, int64_t count, float* powers) {
  const hn::ScalableTag<float> d;
  for (int64_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::StoreU(ExpOfNonpositive(d, hn::LoadU(d, values + i)), d, powers + i);
  }
}

}  // namespace frazo::numeric::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::numeric {
namespace {

TEST(ExponentialVectorsTest, AreWithinAFewRoundingsOfTheScalar) {
  std::vector<float> values;
  for (int i = 0; i < 16 * 500; ++i) values.push_back(-0.0137f * i);
  values[15] = -std::numeric_limits<float>::infinity();
  std::vector<float> powers(values.size());
  FRAZO_VECTOR_FUNCTION(Exponentials)(values.data(), values.size(), powers.data());
  for (size_t i = 0; i < values.size(); ++i) {
    // The smallest normal numbers are 2^-126 * 2^-23 apart.
    EXPECT_NEAR(powers[i], ExpOfNonpositive(values[i]), 3e-7 * powers[i] + 1e-44) << values[i];
  }
}

}  // namespace
}  // namespace frazo::numeric

#endif  // HWY_ONCE
