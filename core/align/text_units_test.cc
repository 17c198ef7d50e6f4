#include "core/align/text_units.h"

#include <string_view>
#include <vector>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::align {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string_view> Split(std::string_view text, Unit unit) {
  std::vector<std::string_view> units = {"what was there before"};
  SplitText(text, unit, &units);
  return units;
}

TEST(TextUnitsTest, WordsStandBetweenBlanks) {
  EXPECT_THAT(Split(" one\ttwo\r\n three ", Unit::kWords), ElementsAre("one", "two", "three"));
  EXPECT_THAT(Split(" \n", Unit::kWords), IsEmpty());
  // A no-break space belongs to its word.
  EXPECT_THAT(Split("a\u00a0b", Unit::kWords), ElementsAre("a\u00a0b"));
}

TEST(TextUnitsTest, CharactersAreCodePointsAndSingleSpaces) {
  EXPECT_THAT(Split(" a\u00e9 \n b", Unit::kCharacters), ElementsAre("a", "\u00e9", " ", "b"));
  // e and a combining acute.
  EXPECT_THAT(Split("e\u0301", Unit::kCharacters), ElementsAre("e", "\u0301"));
  EXPECT_THAT(Split("\xff"
                    "a\xe2\x82",
                    Unit::kCharacters),
              ElementsAre("\ufffd", "a", "\ufffd"));
}

TEST(TextUnitsTest, ItsNameIsChecked) {
  EXPECT_THAT(ParseUnit("words"), IsOkAndHolds(Unit::kWords));
  EXPECT_THAT(ParseUnit("characters"), IsOkAndHolds(Unit::kCharacters));
  EXPECT_THAT(ParseUnit("bytes"), StatusIs(absl::StatusCode::kInvalidArgument,
                                           "unit is 'bytes' but must be words or characters"));
}

}  // namespace
}  // namespace frazo::align
