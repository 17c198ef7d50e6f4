#include "core/bytes/text_head.h"

#include <string_view>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

using namespace std::string_view_literals;

TEST(TextHeadTest, Utf16IsNamedWithAndWithoutAMark) {
  for (const std::string_view head :
       {"\xff\xfe"sv, "\xfe\xff\0o"sv, "\xff\xfe\1\0"sv, "a\0b\0"sv, "\0a\0b"sv}) {
    EXPECT_THAT(
        CheckNotUtf16(head, "words"),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 testing::StrEq("'words' is UTF-16; convert it to UTF-8, as by iconv -f UTF-16 -t "
                                "UTF-8")));
  }
}

TEST(TextHeadTest, OtherTextsPass) {
  for (const std::string_view head :
       {""sv, "a"sv, "a\0"sv, "a\0bc"sv, "\0\0\0\0"sv, "\xef\xbb\xbfword"sv, "\xffword"sv}) {
    EXPECT_THAT(CheckNotUtf16(head, "words"), IsOk());
  }
}

}  // namespace
}  // namespace frazo::bytes
