#include "core/kernels/gemm/aligned_floats.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::gemm {
namespace {

TEST(AlignedFloatsTest, AreZeroAndBeginAtALineOfTheCache) {
  for (const int64_t size : {0, 1, 16, 1000}) {
    AlignedFloats floats(size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(floats.data()) % 64, 0);
    EXPECT_THAT(std::vector<float>(floats.data(), floats.data() + size), testing::Each(0));
  }
}

}  // namespace
}  // namespace frazo::gemm
