#include "core/bytes/zlib_source.h"

#include <memory>
#include <string>

#include "core/bytes/testing/string_source.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// `printf abc | gzip -n` and Python's zlib.compress(b"abc").
const std::string kGzipAbc(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x4c\x4a\x06\x00\xc2\x41\x24\x35\x03\x00\x00\x00",
    23);
const std::string kZlibAbc("\x78\x9c\x4b\x4c\x4a\x06\x00\x02\x4d\x01\x27", 11);

absl::StatusOr<std::string> Decompressed(ZlibSource::Format format, std::string bytes,
                                         size_t step = std::string::npos, size_t piece = 4096) {
  auto source = ZlibSource::Create(format, std::make_unique<StringSource>(std::move(bytes), step));
  if (!source.ok()) return source.status();
  return ReadAll(**source, piece);
}

TEST(ZlibSourceTest, DecompressesWhatOtherProgramsWrote) {
  EXPECT_THAT(Decompressed(ZlibSource::Format::kGzip, kGzipAbc), IsOkAndHolds("abc"));
  EXPECT_THAT(Decompressed(ZlibSource::Format::kZlib, kZlibAbc), IsOkAndHolds("abc"));
}

TEST(ZlibSourceTest, DoesNotDependOnHowTheBytesArrive) {
  EXPECT_THAT(Decompressed(ZlibSource::Format::kGzip, kGzipAbc, /*step=*/1, /*piece=*/1),
              IsOkAndHolds("abc"));
}

TEST(ZlibSourceTest, NoBytesAreAnEmptyStream) {
  EXPECT_THAT(Decompressed(ZlibSource::Format::kGzip, ""), IsOkAndHolds(""));
  EXPECT_THAT(Decompressed(ZlibSource::Format::kZlib, ""), IsOkAndHolds(""));
}

TEST(ZlibSourceTest, GzipMembersFollowEachOther) {
  EXPECT_THAT(Decompressed(ZlibSource::Format::kGzip, kGzipAbc + kGzipAbc, /*step=*/5),
              IsOkAndHolds("abcabc"));
}

TEST(ZlibSourceTest, NothingFollowsAZlibStream) {
  EXPECT_THAT(
      Decompressed(ZlibSource::Format::kZlib, kZlibAbc + "x"),
      StatusIs(absl::StatusCode::kDataLoss,
               "'in-memory': the zlib stream is damaged after byte 11 of the file: more bytes "
               "follow its end; fetch the file again or write it anew"));
}

TEST(ZlibSourceTest, EveryTruncationIsNoticed) {
  for (size_t length = 1; length < kGzipAbc.size(); ++length) {
    EXPECT_THAT(
        Decompressed(ZlibSource::Format::kGzip, kGzipAbc.substr(0, length)),
        StatusIs(absl::StatusCode::kDataLoss,
                 AllOf(HasSubstr("'in-memory': the gzip stream"), HasSubstr("ends too early"))))
        << length;
  }
  for (size_t length = 1; length < kZlibAbc.size(); ++length) {
    EXPECT_THAT(Decompressed(ZlibSource::Format::kZlib, kZlibAbc.substr(0, length)),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("ends too early")))
        << length;
  }
}

TEST(ZlibSourceTest, AWrongChecksumIsNoticed) {
  std::string damaged = kGzipAbc;
  damaged[15] ^= 1;  // The first byte of the CRC-32 of the text.
  EXPECT_THAT(Decompressed(ZlibSource::Format::kGzip, damaged),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("incorrect data check")));
}

}  // namespace
}  // namespace frazo::bytes
