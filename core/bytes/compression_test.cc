#include "core/bytes/compression.h"

#include "core/status/status_matchers.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

TEST(CompressionTest, EveryKindHasALowerCaseName) {
  EXPECT_EQ(CompressionName(CompressionKind::kNone), "none");
  EXPECT_EQ(CompressionName(CompressionKind::kGzip), "gzip");
  EXPECT_EQ(CompressionName(CompressionKind::kZlib), "zlib");
  EXPECT_EQ(CompressionName(CompressionKind::kZstd), "zstd");
}

TEST(CompressionTest, EveryNameParsesToItsKind) {
  EXPECT_THAT(ParseCompression("none"), IsOkAndHolds(CompressionKind::kNone));
  EXPECT_THAT(ParseCompression("gzip"), IsOkAndHolds(CompressionKind::kGzip));
  EXPECT_THAT(ParseCompression("zlib"), IsOkAndHolds(CompressionKind::kZlib));
  EXPECT_THAT(ParseCompression("zstd"), IsOkAndHolds(CompressionKind::kZstd));
}

TEST(CompressionTest, AnUnknownNameIsAnErrorThatListsTheKnown) {
  EXPECT_THAT(ParseCompression("lz4"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "unknown compression 'lz4'; choose one of none, gzip, zlib, zstd"));
  EXPECT_FALSE(ParseCompression("GZIP").ok());
  EXPECT_FALSE(ParseCompression("").ok());
}

}  // namespace
}  // namespace frazo::bytes
