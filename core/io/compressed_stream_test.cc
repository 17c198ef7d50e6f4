#include "core/io/compressed_stream.h"

#include <memory>
#include <string>

#include "core/io/compression_guess.h"
#include "core/io/testing/string_sink.h"
#include "core/io/testing/string_source.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo {
namespace {

using ::testing::Optional;

class CompressedStreamTest : public ::testing::TestWithParam<CompressionKind> {};

TEST_P(CompressedStreamTest, DecompressUndoesCompress) {
  std::string bytes;
  auto sink = Compress(GetParam(), std::make_unique<StringSink>(&bytes));
  ASSERT_THAT(sink, IsOk());
  EXPECT_EQ((*sink)->path(), "in-memory");
  ASSERT_THAT((*sink)->Append("some text"), IsOk());
  ASSERT_THAT((*sink)->Close(), IsOk());
  if (GetParam() == CompressionKind::kNone) {
    EXPECT_EQ(bytes, "some text");
  } else {
    EXPECT_THAT(GuessCompression(bytes), Optional(GetParam()));
  }

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
}  // namespace frazo
