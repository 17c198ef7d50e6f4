#include "core/numeric/cpu.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace frazo::numeric {
namespace {

TEST(CpuTest, LevelsHaveNames) {
  EXPECT_EQ(ParseCpuLevel("baseline"), CpuLevel::kBaseline);
  EXPECT_EQ(ParseCpuLevel("sse4"), CpuLevel::kSse4);
  EXPECT_EQ(ParseCpuLevel("avx2"), CpuLevel::kAvx2);
  EXPECT_EQ(ParseCpuLevel("avx512"), CpuLevel::kAvx512);
  EXPECT_EQ(ParseCpuLevel("AVX2"), std::nullopt);
}

// This program runs under each value of FRAZO_CPU, too.
TEST(CpuTest, TheVariableLimitsTheLevel) {
  const char* name = std::getenv("FRAZO_CPU");
  if (name == nullptr) GTEST_SKIP() << "FRAZO_CPU is not set";
  EXPECT_LE(GetCpuLevel(), ParseCpuLevel(name));
  EXPECT_TRUE(GetCpuLevel() == CpuLevel::kAvx512 || !HasAvx512Vnni());
}

TEST(CpuDeathTest, AnUnknownNameEndsTheProgram) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(
      {
        setenv("FRAZO_CPU", "avx3", 1);
        GetCpuLevel();
      },
      "FRAZO_CPU=avx3: use one of baseline, sse4, avx2, avx512, or unset it");
}

}  // namespace
}  // namespace frazo::numeric
