#include "core/bytes/errno_status.h"

#include <cerrno>

#include "core/status/status_matchers.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

TEST(ErrnoStatusTest, NamesTheActionThePathTheCauseAndTheRemedy) {
  EXPECT_THAT(ErrnoStatus(ENOSPC, "write", "/data/a.tfrecord"),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "cannot write '/data/a.tfrecord': No space left on device; "
                       "free space there or choose another disk"));
}

TEST(ErrnoStatusTest, EachCauseHasItsCode) {
  const auto code = [](int error_number) { return ErrnoStatus(error_number, "open", "a").code(); };
  EXPECT_EQ(code(ENOENT), absl::StatusCode::kNotFound);
  EXPECT_EQ(code(EACCES), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(code(EROFS), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(code(EFBIG), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(code(EMFILE), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(code(EIO), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code(EISDIR), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(ENAMETOOLONG), absl::StatusCode::kInvalidArgument);
}

TEST(ErrnoStatusTest, AnUnusualCauseIsStillAnErrorThatNamesThePath) {
  EXPECT_THAT(ErrnoStatus(ELOOP, "open", "a/b"),
              StatusIs(absl::ErrnoToStatusCode(ELOOP),
                       "cannot open 'a/b': Too many levels of symbolic links; "
                       "check the path and its file system"));
}

}  // namespace
}  // namespace frazo::bytes
