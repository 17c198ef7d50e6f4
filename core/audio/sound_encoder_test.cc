#include "core/audio/sound_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>

#include <string>
#include <vector>

#include "core/audio/sound_decoder.h"
#include "core/status/status_matchers.h"

namespace frazo::audio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(EncodeSoundTest, WhatIsWrittenIsRead) {
  // Steps of 16 bits, so that nothing is rounded; 2 and -2 are clipped.
  const std::vector<float> samples = {0.f, 0.5f, -0.25f, 1.f / 32768, 2.f, -2.f};
  const auto encoded = EncodeSound(samples, SoundFormat());
  ASSERT_THAT(encoded.status(), IsOk());
  const auto header = ReadSoundHeader(*encoded);
  ASSERT_THAT(header.status(), IsOk());
  EXPECT_EQ(header->sample_rate, 16000);
  EXPECT_EQ(header->length, 6);
  EXPECT_THAT(header->format, HasSubstr("FLAC"));
  std::vector<float> decoded;
  ASSERT_THAT(DecodeSound(*encoded, SoundTarget(), &decoded), IsOk());
  EXPECT_THAT(decoded, ElementsAre(0.f, 0.5f, -0.25f, 1.f / 32768, 32767.f / 32768, -1.f));
}

TEST(EncodeSoundTest, ChannelsAndRate) {
  const SoundFormat format = {2, 8000, SF_FORMAT_WAV | SF_FORMAT_FLOAT};
  const auto encoded = EncodeSound(std::vector<float>{0.1f, 0.3f, 0.2f, 0.4f}, format);
  ASSERT_THAT(encoded.status(), IsOk());
  std::vector<float> decoded;
  ASSERT_THAT(DecodeSound(*encoded, {8000}, &decoded), IsOk());
  EXPECT_THAT(decoded, ElementsAre(0.2f, 0.3f));
}

TEST(EncodeSoundTest, NoSamplesAreASound) {
  const auto encoded = EncodeSound({}, {1, 16000, SF_FORMAT_WAV | SF_FORMAT_PCM_16});
  ASSERT_THAT(encoded.status(), IsOk());
  std::vector<float> decoded;
  ASSERT_THAT(DecodeSound(*encoded, SoundTarget(), &decoded), IsOk());
  EXPECT_THAT(decoded, IsEmpty());
}

TEST(EncodeSoundTest, AFormatThatCannotBeIsRefused) {
  EXPECT_THAT(EncodeSound({}, {1, 16000, SF_FORMAT_FLAC | SF_FORMAT_FLOAT}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1 channels at 16000 Hz")));
}

}  // namespace
}  // namespace frazo::audio
