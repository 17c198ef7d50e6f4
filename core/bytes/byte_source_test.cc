#include "core/bytes/byte_source.h"

#include "core/bytes/testing/string_source.h"
#include "core/status/status_matchers.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

TEST(ByteSourceTest, SkipPassesOverExactlySoManyBytes) {
  StringSource source("abcdefgh", /*step=*/3);
  ASSERT_THAT(source.Skip(0), IsOk());
  ASSERT_THAT(source.Skip(5), IsOk());
  EXPECT_THAT(ReadAll(source), IsOkAndHolds("fgh"));
}

TEST(ByteSourceTest, SkipToTheEndLeavesNothing) {
  StringSource source(std::string(200000, 'x'));
  ASSERT_THAT(source.Skip(200000), IsOk());
  EXPECT_THAT(ReadAll(source), IsOkAndHolds(""));
}

TEST(ByteSourceTest, SkipPastTheEndSaysHowMuchIsMissing) {
  StringSource source("abcdefgh");
  EXPECT_THAT(source.Skip(10),
              StatusIs(absl::StatusCode::kDataLoss,
                       "'in-memory' ends 2 bytes before the place to read from, byte 10; the file "
                       "has been cut short or replaced since"));
}

}  // namespace
}  // namespace frazo::bytes
