#include "core/status/status_matchers.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo {
namespace {

using ::testing::HasSubstr;
using ::testing::Matches;

TEST(StatusMatchersTest, IsOkTellsOkFromError) {
  EXPECT_TRUE(Matches(IsOk())(absl::OkStatus()));
  EXPECT_TRUE(Matches(IsOk())(absl::StatusOr<int>(1)));
  EXPECT_FALSE(Matches(IsOk())(absl::NotFoundError("gone")));
}

TEST(StatusMatchersTest, StatusIsNeedsBothCodeAndMessage) {
  const absl::Status status = absl::NotFoundError("no file 'a'");
  EXPECT_TRUE(Matches(StatusIs(absl::StatusCode::kNotFound, HasSubstr("'a'")))(status));
  EXPECT_FALSE(Matches(StatusIs(absl::StatusCode::kDataLoss, HasSubstr("'a'")))(status));
  EXPECT_FALSE(Matches(StatusIs(absl::StatusCode::kNotFound, HasSubstr("'b'")))(status));
}

TEST(StatusMatchersTest, IsOkAndHoldsLooksAtTheValue) {
  EXPECT_TRUE(Matches(IsOkAndHolds(3))(absl::StatusOr<int>(3)));
  EXPECT_FALSE(Matches(IsOkAndHolds(3))(absl::StatusOr<int>(4)));
  EXPECT_FALSE(Matches(IsOkAndHolds(3))(absl::StatusOr<int>(absl::InternalError("broken"))));
}

}  // namespace
}  // namespace frazo
