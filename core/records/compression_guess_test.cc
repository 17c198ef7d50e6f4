#include "core/records/compression_guess.h"

#include <string>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::records {
namespace {

using ::testing::Eq;
using ::testing::Optional;

// The header of an empty record: length 0, then 0xa282ead8 + (c >> 15 | c << 17) with c =
// 0x8c28b28a, the CRC-32C of eight zero bytes.
constexpr std::string_view kPlain("\0\0\0\0\0\0\0\0\x29\x03\x98\x07", 12);
constexpr std::string_view kGzip("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x63\x60", 12);
constexpr std::string_view kZlib("\x78\x9c\x63\x60", 4);
constexpr std::string_view kZstd("\x28\xb5\x2f\xfd\x24\x10", 6);

TEST(CompressionGuessTest, EachFormatShowsInItsFirstBytes) {
  EXPECT_THAT(GuessCompression(kPlain), Optional(bytes::CompressionKind::kNone));
  EXPECT_THAT(GuessCompression(kGzip), Optional(bytes::CompressionKind::kGzip));
  EXPECT_THAT(GuessCompression(kZlib), Optional(bytes::CompressionKind::kZlib));
  EXPECT_THAT(GuessCompression(kZstd), Optional(bytes::CompressionKind::kZstd));
}

TEST(CompressionGuessTest, OtherOrTooFewBytesShowNothing) {
  EXPECT_THAT(GuessCompression("{\"image\": 1}"), Eq(std::nullopt));
  EXPECT_THAT(GuessCompression(""), Eq(std::nullopt));
  EXPECT_THAT(GuessCompression(kPlain.substr(0, 11)), Eq(std::nullopt));
  EXPECT_THAT(GuessCompression(kGzip.substr(0, 2)), Eq(std::nullopt));
  EXPECT_THAT(GuessCompression("\x78\x9d"), Eq(std::nullopt));  // 0x789d is not a multiple of 31.
}

TEST(CompressionGuessTest, TheWrongChoiceIsNamedTogetherWithTheRightOne) {
  EXPECT_THAT(ExplainFirstRecordFailure(absl::DataLossError("damaged"), "a.tfrecord", kZlib,
                                        bytes::CompressionKind::kNone),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "'a.tfrecord' is read with compression none but starts with 78 9c 63 60, as "
                       "files with compression zlib do; set the compression to zlib"));
}

TEST(CompressionGuessTest, TheRightChoiceKeepsTheFailureAsItIs) {
  const absl::Status failure = absl::DataLossError("damaged");
  EXPECT_EQ(ExplainFirstRecordFailure(failure, "a", kGzip, bytes::CompressionKind::kGzip), failure);
  EXPECT_EQ(ExplainFirstRecordFailure(failure, "a", "", bytes::CompressionKind::kGzip), failure);
}

TEST(CompressionGuessTest, AnUnknownFormatIsShown) {
  EXPECT_THAT(ExplainFirstRecordFailure(absl::DataLossError("damaged"), "a", "PK\x03\x04",
                                        bytes::CompressionKind::kNone),
              StatusIs(absl::StatusCode::kDataLoss,
                       "damaged (the file starts with 50 4b 03 04: not like TFRecord, with or "
                       "without compression)"));
}

}  // namespace
}  // namespace frazo::records
