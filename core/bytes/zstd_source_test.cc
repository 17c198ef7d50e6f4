#include "core/bytes/zstd_source.h"

#include <memory>
#include <string>

#include "core/bytes/testing/string_source.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

using ::testing::HasSubstr;

// RFC 8878 by hand: the magic number, a header that says "one segment, with checksum, content of 3
// bytes", one raw block of 3 bytes that is the last (3 << 3 | 0 << 1 | 1 = 0x19), and the low half
// of XXH64("abc") = 0x44bc2cf5ad770999.
const std::string kZstdAbc(
    "\x28\xb5\x2f\xfd\x24\x03\x19\x00\x00"
    "abc"
    "\x99\x09\x77\xad",
    16);

absl::StatusOr<std::string> Decompressed(std::string bytes, size_t step = std::string::npos,
                                         size_t piece = 4096) {
  auto source = ZstdSource::Create(std::make_unique<StringSource>(std::move(bytes), step));
  if (!source.ok()) return source.status();
  return ReadAll(**source, piece);
}

TEST(ZstdSourceTest, DecompressesAFrameMadeByHand) {
  EXPECT_THAT(Decompressed(kZstdAbc), IsOkAndHolds("abc"));
}

TEST(ZstdSourceTest, DoesNotDependOnHowTheBytesArrive) {
  EXPECT_THAT(Decompressed(kZstdAbc + kZstdAbc, /*step=*/1, /*piece=*/1), IsOkAndHolds("abcabc"));
}

TEST(ZstdSourceTest, NoBytesAreAnEmptyStream) { EXPECT_THAT(Decompressed(""), IsOkAndHolds("")); }

TEST(ZstdSourceTest, FramesFollowEachOther) {
  EXPECT_THAT(Decompressed(kZstdAbc + kZstdAbc), IsOkAndHolds("abcabc"));
}

TEST(ZstdSourceTest, EveryTruncationIsNoticed) {
  for (size_t length = 1; length < kZstdAbc.size(); ++length) {
    EXPECT_THAT(Decompressed(kZstdAbc.substr(0, length)),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("ends too early")))
        << length;
  }
}

TEST(ZstdSourceTest, AWrongChecksumIsNoticed) {
  std::string damaged = kZstdAbc;
  damaged.back() ^= 1;
  EXPECT_THAT(Decompressed(damaged),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("doesn't match checksum")));
}

TEST(ZstdSourceTest, BytesThatAreNoFrameAreNoticed) {
  EXPECT_THAT(
      Decompressed(kZstdAbc + "nothing"),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("'in-memory': the zstd stream is damaged")));
}

}  // namespace
}  // namespace frazo::bytes
