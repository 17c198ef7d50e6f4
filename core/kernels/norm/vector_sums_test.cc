#include <cstdint>
#include <vector>

#include "core/numeric/vector_targets.h"
#include "gtest/gtest.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/norm/vector_sums_test.cc"
#include "hwy/foreach_target.h"
// These includes must follow foreach_target.h:
#include "core/kernels/norm/vector_sums.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::norm::HWY_NAMESPACE {

float Sum(const float* values, int64_t count) {
  return SumOf(count, [values](auto d, int64_t i) HWY_ATTR { return hn::LoadU(d, values + i); });
}

void AddOne(float* values, int64_t count) {
  ForEachVector(count, [values](auto d, int64_t i) HWY_ATTR {
    hn::StoreU(hn::Add(hn::LoadU(d, values + i), hn::Set(d, 1.0f)), d, values + i);
  });
}

}  // namespace frazo::norm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::norm {
namespace {

TEST(VectorSumsTest, EachValueCountsOnceWhateverTheCount) {
  for (int64_t count = 0; count < 200; ++count) {
    std::vector<float> values(count);
    for (int64_t i = 0; i < count; ++i) values[i] = i;
    // Whole numbers below 2^24 are exact.
    EXPECT_EQ(FRAZO_VECTOR_FUNCTION(Sum)(values.data(), count), count * (count - 1) / 2);
  }
}

TEST(VectorSumsTest, EachElementIsWorkedOnOnceAndNoneBeyond) {
  for (int64_t count = 0; count < 40; ++count) {
    std::vector<float> values(count + 1, 0);
    FRAZO_VECTOR_FUNCTION(AddOne)(values.data(), count);
    std::vector<float> expected(count + 1, 1);
    expected[count] = 0;
    EXPECT_EQ(values, expected);
  }
}

}  // namespace
}  // namespace frazo::norm

#endif  // HWY_ONCE
