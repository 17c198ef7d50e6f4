#include "core/bytes/file_crc32c.h"

#include <string>

#include "core/bytes/crc32c.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

using ::testing::HasSubstr;

TEST(FileCrc32cTest, IsTheCrcOfTheWholeFile) {
  ScratchFolder scratch;
  EXPECT_THAT(FileCrc32c(scratch.Write("digits", "123456789")), IsOkAndHolds(0xe3069283u));
  EXPECT_THAT(FileCrc32c(scratch.Write("empty", "")), IsOkAndHolds(0u));
  const std::string longer_than_a_read(1000003, 'x');
  EXPECT_THAT(FileCrc32c(scratch.Write("long", longer_than_a_read)),
              IsOkAndHolds(Crc32c(longer_than_a_read)));
}

TEST(FileCrc32cTest, NamesAMissingFile) {
  EXPECT_THAT(FileCrc32c("/nowhere/a"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("cannot open '/nowhere/a'")));
}

}  // namespace
}  // namespace frazo::bytes
