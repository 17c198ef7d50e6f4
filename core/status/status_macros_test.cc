#include "core/status/status_macros.h"

#include <memory>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo {
namespace {

using ::testing::Eq;
using ::testing::Pointee;

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return absl::InvalidArgumentError("odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  FRAZO_ASSIGN_OR_RETURN(int half, Half(value));
  FRAZO_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

TEST(AssignOrReturnTest, AssignsEachOfSeveralValues) {
  EXPECT_THAT(Quarter(12), IsOkAndHolds(Eq(3)));
}

TEST(AssignOrReturnTest, ReturnsTheFirstError) {
  EXPECT_THAT(Quarter(6), StatusIs(absl::StatusCode::kInvalidArgument, "odd"));
}

TEST(AssignOrReturnTest, MovesAValueThatCannotBeCopied) {
  const auto rewrap =
      [](absl::StatusOr<std::unique_ptr<int>> boxed) -> absl::StatusOr<std::unique_ptr<int>> {
    FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<int> value, std::move(boxed));
    return value;
  };
  EXPECT_THAT(rewrap(std::make_unique<int>(7)), IsOkAndHolds(Pointee(7)));
}

TEST(ReturnIfErrorTest, GoesOnAfterOkOnly) {
  int steps = 0;
  const auto run = [&steps](absl::Status first) -> absl::Status {
    FRAZO_RETURN_IF_ERROR(first);
    ++steps;
    return absl::OkStatus();
  };
  EXPECT_THAT(run(absl::OkStatus()), IsOk());
  EXPECT_EQ(steps, 1);
  EXPECT_THAT(run(absl::DataLossError("lost")), StatusIs(absl::StatusCode::kDataLoss, "lost"));
  EXPECT_EQ(steps, 1);
}

}  // namespace
}  // namespace frazo
