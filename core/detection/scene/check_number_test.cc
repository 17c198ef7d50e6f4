#include "core/detection/scene/check_number.h"

#include <cmath>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

TEST(CheckNumberTest, TheBoundsAreInsideAndNanIsNot) {
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(CheckNumber("a.b", 1, 1, 2), IsOk());
  EXPECT_THAT(CheckNumber("a.b", 2, 1, 2), IsOk());
  EXPECT_THAT(CheckNumber("a.b", 2.5, 1, 2),
              StatusIs(kInvalid, "a.b: 2.5; expected a number from 1 to 2"));
  EXPECT_THAT(CheckNumber("a.b", std::nan(""), 1, 2),
              StatusIs(kInvalid, "a.b: nan; expected a number from 1 to 2"));
}

}  // namespace
}  // namespace frazo::detection
