#ifndef FRAZO_CORE_STATUS_STATUS_MATCHERS_H_
#define FRAZO_CORE_STATUS_STATUS_MATCHERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"

// GoogleTest matchers for absl::Status and absl::StatusOr<T>:
//
//   EXPECT_THAT(writer.Close(), IsOk());
//   EXPECT_THAT(FileCrc32c(path), IsOkAndHolds(0xe3069283u));
//   EXPECT_THAT(reader.status(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("record 3")));
namespace frazo {

namespace status_matchers_internal {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }

template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

}  // namespace status_matchers_internal

MATCHER(IsOk, negation ? "is an error" : "is ok") {
  const absl::Status& status = status_matchers_internal::StatusOf(arg);
  *result_listener << "whose status is " << status;
  return status.ok();
}

MATCHER_P2(StatusIs, code, message_matcher,
           std::string(negation ? "is not" : "is") + " an error " + absl::StatusCodeToString(code) +
               " with the expected message") {
  const absl::Status& status = status_matchers_internal::StatusOf(arg);
  *result_listener << "whose status is " << status;
  return status.code() == code &&
         ::testing::ExplainMatchResult(message_matcher, std::string(status.message()),
                                       result_listener);
}

MATCHER_P(IsOkAndHolds, value_matcher,
          std::string(negation ? "is an error or does not hold" : "holds") +
              " the expected value") {
  if (!arg.ok()) {
    *result_listener << "whose status is " << arg.status();
    return false;
  }
  return ::testing::ExplainMatchResult(value_matcher, *arg, result_listener);
}

}  // namespace frazo

#endif  // FRAZO_CORE_STATUS_STATUS_MATCHERS_H_
