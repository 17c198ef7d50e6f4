#include "core/bytes/compressed_stream.h"

#include <memory>
#include <string>

#include "core/bytes/testing/string_sink.h"
#include "core/bytes/testing/string_source.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

using ::testing::StartsWith;

// The magic number of each format: RFC 1952, RFC 1950 (a window of 32 KiB), RFC 8878.
std::string FirstBytes(CompressionKind kind) {
  switch (kind) {
    case CompressionKind::kGzip:
      return "\x1f\x8b";
    case CompressionKind::kZlib:
      return "\x78";
    case CompressionKind::kZstd:
      return "\x28\xb5\x2f\xfd";
    case CompressionKind::kNone:
      return "some text";
  }
  return "";
}

class CompressedStreamTest : public ::testing::TestWithParam<CompressionKind> {};

TEST_P(CompressedStreamTest, DecompressUndoesCompress) {
  std::string bytes;
  auto sink = Compress(GetParam(), std::make_unique<StringSink>(&bytes));
  ASSERT_THAT(sink, IsOk());
  EXPECT_EQ((*sink)->path(), "in-memory");
  ASSERT_THAT((*sink)->Append("some text"), IsOk());
  ASSERT_THAT((*sink)->Close(), IsOk());
  EXPECT_THAT(bytes, StartsWith(FirstBytes(GetParam())));

  auto source = Decompress(GetParam(), std::make_unique<StringSource>(bytes));
  ASSERT_THAT(source, IsOk());
  EXPECT_THAT(ReadAll(**source), IsOkAndHolds("some text"));
  EXPECT_EQ((*source)->path(), "in-memory");
  EXPECT_EQ((*source)->head(), bytes.substr(0, 12));
}

INSTANTIATE_TEST_SUITE_P(Kinds, CompressedStreamTest,
                         ::testing::Values(CompressionKind::kNone, CompressionKind::kGzip,
                                           CompressionKind::kZlib, CompressionKind::kZstd));

}  // namespace
}  // namespace frazo::bytes
