#include "core/testing/test_variation.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace frazo {
namespace {

TEST(TestVariationTest, AnOrdinaryRunIsAsTheTestSays) {
  unsetenv("FRAZO_TEST_SEED");
  unsetenv("FRAZO_TEST_EXAMPLES");
  EXPECT_EQ(TestSeed(7), 7);
  EXPECT_EQ(TestExamples(20), 20);
}

TEST(TestVariationTest, TheEnvironmentVariesSeedAndNumber) {
  setenv("FRAZO_TEST_SEED", "2", 1);
  setenv("FRAZO_TEST_EXAMPLES", "100", 1);
  EXPECT_EQ(TestSeed(7), 7 + 2 * 1'000'003);
  EXPECT_EQ(TestExamples(20), 2000);
}

TEST(TestVariationDeathTest, AWrongValueIsNamed) {
  setenv("FRAZO_TEST_SEED", "x", 1);
  EXPECT_EXIT(TestSeed(7), testing::ExitedWithCode(2),
              "FRAZO_TEST_SEED: 'x' is not a whole number from 0 on");
}

}  // namespace
}  // namespace frazo
