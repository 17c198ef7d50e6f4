#include "core/kernels/gemm/gated_values.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

TEST(GatedValuesTest, AValuePassesWhereTheGateIsPositive) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> gates = {1, 0, -1, 0.5, nan};
  for (const int64_t count : {1, 16, 37}) {
    std::vector<float> values(count), gate(count), copied(count, -1), sums(count, 100);
    for (int64_t i = 0; i < count; ++i) {
      gate[i] = gates[i % 5];
      // What is stopped is no matter, NaN neither.
      values[i] = i % 5 == 2 ? nan : i + 1;
    }
    CopyOpen({values.data(), gate.data(), count}, copied.data());
    AddOpen({values.data(), gate.data(), count}, sums.data());
    for (int64_t i = 0; i < count; ++i) {
      const float wanted = gate[i] > 0 ? i + 1 : 0;
      EXPECT_EQ(copied[i], wanted);
      EXPECT_EQ(sums[i], 100 + wanted);
    }
  }
}

}  // namespace
}  // namespace frazo::gemm
