#include "core/records/record_encoding.h"

#include <string>

#include "core/bytes/testing/string_sink.h"
#include "core/status/status_matchers.h"
#include "gtest/gtest.h"

namespace frazo::records {
namespace {

// record_writer_test.cc derives these bytes.
TEST(RecordEncodingTest, ATfRecordHasItsLengthAndTwoChecksums) {
  std::string bytes;
  bytes::StringSink sink(&bytes);
  ASSERT_THAT(AppendTfRecord("", &sink), IsOk());
  EXPECT_EQ(bytes, std::string("\0\0\0\0\0\0\0\0\x29\x03\x98\x07\xd8\xea\x82\xa2", 16));
}

TEST(RecordEncodingTest, ALineEndsWithALineFeed) {
  std::string bytes;
  bytes::StringSink sink(&bytes);
  ASSERT_THAT(AppendTextLine("a\tb", &sink), IsOk());
  ASSERT_THAT(AppendTextLine("", &sink), IsOk());
  ASSERT_THAT(AppendTextLine("\rc", &sink), IsOk());
  EXPECT_EQ(bytes, "a\tb\n\n\rc\n");
}

TEST(RecordEncodingTest, ALineThatWouldComeBackOtherwiseIsRefused) {
  std::string bytes;
  bytes::StringSink sink(&bytes);
  EXPECT_THAT(
      AppendTextLine("a\nb", &sink),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "cannot write a record of 3 bytes as a line of 'in-memory': it has a line feed "
               "in it, and would not be read again as it is; write the format tfrecord"));
  EXPECT_THAT(
      AppendTextLine("ab\r", &sink),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "cannot write a record of 3 bytes as a line of 'in-memory': it ends with CR, "
               "and would not be read again as it is; write the format tfrecord"));
  EXPECT_EQ(bytes, "");
}

TEST(RecordEncodingTest, TheFormatsByName) {
  EXPECT_THAT(FindRecordEncoder("tfrecord"), IsOkAndHolds(AppendTfRecord));
  EXPECT_THAT(FindRecordEncoder("text"), IsOkAndHolds(AppendTextLine));
  EXPECT_THAT(FindRecordEncoder("csv"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "cannot write records in the format 'csv'; choose one of tfrecord, text"));
}

}  // namespace
}  // namespace frazo::records
