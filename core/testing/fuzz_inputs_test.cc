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
  for (uint64_t place = 2; place < 200; ++place) {
    EXPECT_EQ(one.Get(place), same.Get(place)) << place;
    equal_to_other += one.Get(place) == other.Get(place) ? 1 : 0;
  }
  EXPECT_LT(equal_to_other, 50);
}

TEST(FuzzInputsTest, InputsDifferAndStayWithinBounds) {
  const FuzzInputs inputs({"0123456789"}, 1, 20);
  std::set<std::string> different;
  for (uint64_t place = 0; place < 1000; ++place) {
    const std::string input = inputs.Get(place);
    different.insert(input);
    // Random bytes are up to 63; a change adds at most as much as there is.
    EXPECT_LE(input.size(), 64) << place;
  }
  EXPECT_GT(different.size(), 900);
}

TEST(FuzzInputsTest, AnEmptySeedGrows) {
  const FuzzInputs inputs({""}, 1, 20);
  std::set<std::string> different;
  for (uint64_t place = 0; place < 1000; ++place) different.insert(inputs.Get(place));
  EXPECT_GT(different.size(), 100);
}

}  // namespace
}  // namespace frazo
