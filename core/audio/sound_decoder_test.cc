#include "core/audio/sound_decoder.h"

#include <sndfile.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/audio/testing/sound_file.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::audio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr int kFlac = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
constexpr int kWav = SF_FORMAT_WAV | SF_FORMAT_PCM_16;

absl::Status Error(std::string_view bytes, SoundTarget target = {}) {
  std::vector<float> samples = {1, 2};
  const absl::Status status = DecodeSound(bytes, target, &samples);
  EXPECT_THAT(samples, ElementsAre(1, 2));
  return status;
}

TEST(SoundDecoderTest, ReadsEveryWidth) {
  // Multiples of 2^-7 are exact in every format.
  const std::vector<float> expected = {0, 0.5, -0.5, 0.25, -1, 0.9921875};
  for (const int format : {
           SF_FORMAT_WAV | SF_FORMAT_PCM_U8,
           SF_FORMAT_WAV | SF_FORMAT_PCM_16,
           SF_FORMAT_WAV | SF_FORMAT_PCM_24,
           SF_FORMAT_WAV | SF_FORMAT_PCM_32,
           SF_FORMAT_WAV | SF_FORMAT_FLOAT,
           SF_FORMAT_WAV | SF_FORMAT_DOUBLE,
           SF_FORMAT_WAVEX | SF_FORMAT_PCM_16,
           SF_FORMAT_RF64 | SF_FORMAT_PCM_16,
           SF_FORMAT_FLAC | SF_FORMAT_PCM_S8,
           SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
           SF_FORMAT_FLAC | SF_FORMAT_PCM_24,
       }) {
    SCOPED_TRACE(format);
    std::vector<float> samples;
    const absl::Status status = DecodeSound(EncodeSound(expected, 1, 16000, format), {}, &samples);
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_EQ(samples.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(samples[i], expected[i], 0.008);
  }
}

TEST(SoundDecoderTest, SixteenBitsAreDividedByTheirRange) {
  std::vector<float> samples = {9};
  ASSERT_TRUE(
      DecodeSound(EncodeSound({-0.5, 0.5, 3.0f / 32768}, 1, 16000, kFlac), {}, &samples).ok());
  EXPECT_THAT(samples, ElementsAre(9, -0.5, 0.5, 3.0f / 32768));
}

TEST(SoundDecoderTest, ChannelsAreAveraged) {
  std::vector<float> samples;
  ASSERT_TRUE(DecodeSound(EncodeSound({0.5, 0.25, 0.5, -0.5}, 2, 16000, kWav), {}, &samples).ok());
  EXPECT_THAT(samples, ElementsAre(0.375, 0));
}

TEST(SoundDecoderTest, AnotherRateIsResampled) {
  std::vector<float> samples;
  ASSERT_TRUE(
      DecodeSound(EncodeSound(Sine(440, 44100, 44100), 1, 44100, kFlac), {16000, 10}, &samples)
          .ok());
  ASSERT_EQ(samples.size(), 16000);
  const std::vector<float> expected = Sine(440, 16000, 16000);
  for (size_t i = 2000; i < 14000; ++i) ASSERT_NEAR(samples[i], expected[i], 2e-3);
}

TEST(SoundDecoderTest, WhatIsNoSoundIsRefused) {
  EXPECT_THAT(Error(""), StatusIs(kInvalid, "the sound has no bytes"));
  EXPECT_THAT(Error("hello"), StatusIs(kInvalid, HasSubstr("5 bytes are no sound")));
  EXPECT_THAT(Error("fLaC"), StatusIs(kInvalid, HasSubstr("are no sound")));
  EXPECT_THAT(Error(EncodeSound({}, 1, 16000, kWav).substr(0, 20)),
              StatusIs(kInvalid, HasSubstr("sound")));
}

TEST(SoundDecoderTest, ASoundThatEndsEarlyIsRefused) {
  const std::vector<float> sine = Sine(440, 16000, 16000);
  for (const int format : {kWav, kFlac}) {
    const std::string whole = EncodeSound(sine, 1, 16000, format);
    EXPECT_THAT(Error(whole.substr(0, whole.size() / 2)), StatusIs(kInvalid, HasSubstr("sound")))
        << format;
  }
  EXPECT_THAT(Error(EncodeSound(sine, 1, 16000, kWav).substr(0, 10044)),
              StatusIs(kInvalid,
                       "the sound ends early: its header tells of 32044 bytes, it has "
                       "10044"));
}

// A program that writes into a pipe doesn't know the length.
TEST(SoundDecoderTest, AWavWithoutALengthGoesToItsEnd) {
  std::string bytes = EncodeSound({0.5, -0.5, 0.25}, 1, 16000, kWav);
  for (const size_t place : {4, 40}) bytes.replace(place, 4, "\xff\xff\xff\xff");
  std::vector<float> samples;
  const absl::Status status = DecodeSound(bytes, {}, &samples);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(samples, ElementsAre(0.5, -0.5, 0.25));
}

TEST(SoundDecoderTest, ADamagedFlacIsRefused) {
  const std::string bytes = EncodeSound(Sine(440, 16000, 160000), 1, 16000, kFlac);
  // libsndfile makes silence of a frame with a wrong checksum, in the middle and at the end.
  for (size_t begin = 1000; begin + 64 < bytes.size(); begin += 997) {
    std::string damaged = bytes;
    for (size_t i = begin; i < begin + 64; ++i) damaged[i] ^= 0x5a;
    EXPECT_THAT(Error(damaged), StatusIs(kInvalid, HasSubstr("the sound"))) << begin;
  }
}

TEST(SoundDecoderTest, ALongSoundIsRefused) {
  const std::string bytes = EncodeSound(std::vector<float>(16001), 1, 16000, kFlac);
  EXPECT_THAT(Error(bytes, {16000, 1}), StatusIs(kInvalid, "the sound is longer than 1 seconds"));
}

TEST(SoundDecoderTest, WhatIsNoNumberIsRefused) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(Error(EncodeSound({0, 1e30f}, 1, 16000, SF_FORMAT_WAV | SF_FORMAT_FLOAT)),
              StatusIs(kInvalid, HasSubstr("sample 1 of the sound is 1e+30")));
  EXPECT_THAT(Error(EncodeSound({0, 1, nan}, 1, 16000, SF_FORMAT_WAV | SF_FORMAT_FLOAT)),
              StatusIs(kInvalid, "sample 2 of the sound is nan; expected numbers in [-1, 1]"));
}

TEST(SoundDecoderTest, AHeaderTellsTheSound) {
  const auto header = ReadSoundHeader(EncodeSound({0, 0, 0.5, 0.5}, 2, 44100, kFlac));
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->sample_rate, 44100);
  EXPECT_EQ(header->channels, 2);
  EXPECT_EQ(header->length, 2);
  EXPECT_EQ(header->format, "FLAC (Free Lossless Audio Codec), Signed 16 bit PCM");
  EXPECT_THAT(ReadSoundHeader("hello"), StatusIs(kInvalid, HasSubstr("are no sound")));
}

}  // namespace
}  // namespace frazo::audio
