#include "core/bytes/zlib_sink.h"

#include <memory>
#include <string>

#include "core/bytes/testing/string_sink.h"
#include "core/bytes/testing/string_source.h"
#include "core/bytes/zlib_source.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

using ::testing::Lt;
using ::testing::StartsWith;

struct Formats {
  ZlibSink::Format sink;
  ZlibSource::Format source;
  std::string magic;
};

class ZlibSinkTest : public ::testing::TestWithParam<Formats> {};

TEST_P(ZlibSinkTest, WhatIsAppendedComesBack) {
  std::string text;
  for (int i = 0; i < 400000; ++i) text += static_cast<char>((i * 2654435761u) >> (i % 24));
  std::string compressed;
  auto sink = ZlibSink::Create(GetParam().sink, std::make_unique<StringSink>(&compressed));
  ASSERT_THAT((*sink)->Append(text.substr(0, 1)), IsOk());
  ASSERT_THAT((*sink)->Append(""), IsOk());
  ASSERT_THAT((*sink)->Append(text.substr(1)), IsOk());
  ASSERT_THAT((*sink)->Close(), IsOk());
  EXPECT_THAT(compressed, StartsWith(GetParam().magic));
  auto source = ZlibSource::Create(GetParam().source, std::make_unique<StringSource>(compressed));
  const auto read = ReadAll(**source);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(*read == text);  // Too long to print.
}

TEST_P(ZlibSinkTest, RepeatedTextGetsSmall) {
  std::string compressed;
  auto sink = ZlibSink::Create(GetParam().sink, std::make_unique<StringSink>(&compressed));
  ASSERT_THAT((*sink)->Append(std::string(1000000, 'a')), IsOk());
  ASSERT_THAT((*sink)->Close(), IsOk());
  EXPECT_THAT(compressed.size(), Lt(2000));
}

INSTANTIATE_TEST_SUITE_P(
    Formats, ZlibSinkTest,
    ::testing::Values(Formats{ZlibSink::Format::kGzip, ZlibSource::Format::kGzip, "\x1f\x8b\x08"},
                      Formats{ZlibSink::Format::kZlib, ZlibSource::Format::kZlib, "\x78\x9c"}));

}  // namespace
}  // namespace frazo::bytes
