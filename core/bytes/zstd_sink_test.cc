#include "core/bytes/zstd_sink.h"

#include <memory>
#include <string>

#include "core/bytes/testing/string_sink.h"
#include "core/bytes/testing/string_source.h"
#include "core/bytes/zstd_source.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

using ::testing::Lt;
using ::testing::StartsWith;

TEST(ZstdSinkTest, WhatIsAppendedComesBack) {
  std::string text;
  for (int i = 0; i < 400000; ++i) text += static_cast<char>((i * 2654435761u) >> (i % 24));
  std::string compressed;
  auto sink = ZstdSink::Create(std::make_unique<StringSink>(&compressed));
  ASSERT_THAT((*sink)->Append(text.substr(0, 1)), IsOk());
  ASSERT_THAT((*sink)->Append(""), IsOk());
  ASSERT_THAT((*sink)->Append(text.substr(1)), IsOk());
  ASSERT_THAT((*sink)->Close(), IsOk());
  EXPECT_THAT(compressed, StartsWith("\x28\xb5\x2f\xfd"));
  auto source = ZstdSource::Create(std::make_unique<StringSource>(compressed));
  const auto read = ReadAll(**source);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(*read == text);  // Too long to print.
}

TEST(ZstdSinkTest, RepeatedTextGetsSmall) {
  std::string compressed;
  auto sink = ZstdSink::Create(std::make_unique<StringSink>(&compressed));
  ASSERT_THAT((*sink)->Append(std::string(1000000, 'a')), IsOk());
  ASSERT_THAT((*sink)->Close(), IsOk());
  EXPECT_THAT(compressed.size(), Lt(2000));
}

TEST(ZstdSinkTest, TheFrameCarriesAChecksum) {
  std::string compressed;
  auto sink = ZstdSink::Create(std::make_unique<StringSink>(&compressed));
  ASSERT_THAT((*sink)->Append("abc"), IsOk());
  ASSERT_THAT((*sink)->Close(), IsOk());
  // RFC 8878, section 3.1.1.1.1: bit 2 of the byte after the magic number.
  EXPECT_NE(compressed[4] & 0x04, 0);
}

}  // namespace
}  // namespace frazo::bytes
