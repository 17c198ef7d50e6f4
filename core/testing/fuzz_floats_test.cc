#include "core/testing/fuzz_floats.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const uint8_t* Data(const std::string& input) {
  return reinterpret_cast<const uint8_t*>(input.data());
}

TEST(FuzzFloatsTest, AnInputIsReadAsWhatItWasMadeOf) {
  const std::string input = InputOf({1.5, -2, 3e38f}) + "ab";
  EXPECT_THAT(FloatsOf(Data(input), input.size(), 100), ElementsAre(1.5, -2, 3e38f));
  EXPECT_THAT(FloatsOf(Data(input), input.size(), 2), ElementsAre(1.5, -2));
}

TEST(FuzzFloatsTest, AnInputMayBeTooShort) {
  EXPECT_THAT(FloatsOf(nullptr, 0, 100), IsEmpty());
  EXPECT_THAT(FloatsOf(Data("abc"), 3, 100), IsEmpty());
  EXPECT_EQ(InputOf({}), "");
}

TEST(FuzzFloatsTest, SeedsHaveANumberAndThenBoxes) {
  for (const std::string& seed : SeedsOfBoxesAndPoints()) {
    EXPECT_GE(FloatsOf(Data(seed), seed.size(), 100).size(), 1 + 2 * 7);
  }
}

}  // namespace
}  // namespace frazo
