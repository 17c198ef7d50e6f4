#include "core/text/utf8.h"

#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

using ::testing::Combine;
using ::testing::TestWithParam;

constexpr std::string_view kReplaced = kReplacementCharacterUtf8;

std::string Valid(std::string_view text, int64_t expected_replaced) {
  std::string valid;
  EXPECT_EQ(AppendValidUtf8(text, &valid), expected_replaced);
  return valid;
}

std::string Repeated(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated.append(text);
  return repeated;
}

TEST(Utf8Test, ACodePointOfEachLength) {
  const auto decoded = [](std::string_view text) {
    const Utf8Prefix prefix = DecodeUtf8(text);
    return std::make_tuple(prefix.code_point, int{prefix.length}, prefix.valid);
  };
  EXPECT_EQ(decoded("A!"), std::make_tuple(U'A', 1, true));
  EXPECT_EQ(decoded("\u00e9!"), std::make_tuple(U'\u00e9', 2, true));
  EXPECT_EQ(decoded("\u65e5!"), std::make_tuple(U'\u65e5', 3, true));
  EXPECT_EQ(decoded("\U0001f600!"), std::make_tuple(U'\U0001f600', 4, true));
}

TEST(Utf8Test, EveryCodePointIsReadAsItWasWritten) {
  for (char32_t code_point = 0; code_point <= 0x10ffff; ++code_point) {
    if (code_point == 0xd800) code_point = 0xe000;
    std::string text;
    AppendUtf8(code_point, &text);
    const Utf8Prefix prefix = DecodeUtf8(text);
    ASSERT_EQ(prefix.code_point, code_point);
    ASSERT_EQ(prefix.length, text.size()) << std::hex << static_cast<uint32_t>(code_point);
    ASSERT_TRUE(prefix.valid);
  }
}

// The examples of the Unicode Standard 3.9, tables 3-8 to 3-11: each letter between stays.
TEST(Utf8Test, EachMaximalSubpartIsReplacedByOneCharacter) {
  EXPECT_EQ(Valid("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", 8), Repeated(kReplaced, 8) + "A");
  EXPECT_EQ(Valid("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", 8), Repeated(kReplaced, 8) + "A");
  EXPECT_EQ(Valid("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", 7),
            Repeated(kReplaced, 5) + "A" + Repeated(kReplaced, 2) + "B");
  EXPECT_EQ(Valid("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", 4), Repeated(kReplaced, 4) + "A");
}

TEST(Utf8Test, ASequenceCutByTheEndIsOneReplacement) {
  EXPECT_EQ(Valid("a\xf0\x9f\x98", 1), "a\ufffd");
  EXPECT_EQ(Valid("a\xc3", 1), "a\ufffd");
}

TEST(Utf8Test, ValidLengthStopsAtTheFirstInvalidByteWhereverItIs) {
  for (size_t position = 0; position < 20; ++position) {
    std::string text(20, 'a');
    text[position] = '\x80';
    EXPECT_EQ(ValidUtf8Length(text), position);
    EXPECT_EQ(ValidUtf8Length(text.substr(0, position) + "\u00e9"), position + 2);
  }
  EXPECT_EQ(ValidUtf8Length(""), 0);
}

// Second bytes by their ranges' ends: Unicode 3.9, table 3-7.
class SecondByteTest : public TestWithParam<std::tuple<int, int>> {};

TEST_P(SecondByteTest, IsTakenInItsRangeOnly) {
  const auto [lead, second] = GetParam();
  const int lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const int highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  const int length = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  std::string text = {static_cast<char>(lead), static_cast<char>(second), '\x80', '\x80'};
  const Utf8Prefix prefix = DecodeUtf8(text);
  const bool valid = length > 1 && second >= lowest && second <= highest;
  EXPECT_EQ(prefix.valid, valid);
  EXPECT_EQ(prefix.length, valid ? length : 1);
}

INSTANTIATE_TEST_SUITE_P(
    Utf8, SecondByteTest,
    Combine(testing::Values(0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
                            0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff),
            testing::Values(0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff)));

}  // namespace
}  // namespace frazo::text
