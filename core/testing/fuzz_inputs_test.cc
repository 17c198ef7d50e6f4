#include "core/testing/fuzz_inputs.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo {
namespace {

TEST(FuzzInputsTest, TheSeedsComeFirst) {
  const FuzzInputs inputs({"abc", ""}, 1, 100);
  EXPECT_EQ(inputs.Get(0), "abc");
  EXPECT_EQ(inputs.Get(1), "");
}

TEST(FuzzInputsTest, AnInputDependsOnItsPlaceAndTheNumberOnly) {
  const FuzzInputs one({"hello, world", "x"}, 1, 100);
  const FuzzInputs same({"hello, world", "x"}, 1, 100);
  const FuzzInputs other({"hello, world", "x"}, 2, 100);
  int equal_to_other = 0;
  for (uint64_t index = 2; index < 200; ++index) {
    EXPECT_EQ(one.Get(index), same.Get(index)) << index;
    equal_to_other += one.Get(index) == other.Get(index) ? 1 : 0;
  }
  EXPECT_LT(equal_to_other, 50);
}

TEST(FuzzInputsTest, InputsDifferAndStayWithinBounds) {
  const FuzzInputs inputs({"0123456789"}, 1, 20);
  std::set<std::string> different;
  for (uint64_t index = 0; index < 1000; ++index) {
    const std::string input = inputs.Get(index);
    different.insert(input);
    // Random bytes are up to 63; a change adds at most as much as there is.
    EXPECT_LE(input.size(), 64) << index;
  }
  EXPECT_GT(different.size(), 900);
}

TEST(FuzzInputsTest, AnEmptySeedGrows) {
  const FuzzInputs inputs({""}, 1, 20);
  std::set<std::string> different;
  for (uint64_t index = 0; index < 1000; ++index) different.insert(inputs.Get(index));
  EXPECT_GT(different.size(), 100);
}

}  // namespace
}  // namespace frazo
