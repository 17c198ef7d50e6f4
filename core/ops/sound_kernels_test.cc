#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/ops/testing/graph_session.h"
#include "core/ops/testing/tensors.h"
#include "frazo/proto/log_mel.pb.h"

namespace frazo::ops {
namespace {

using ::tensorflow::tstring;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A WAV file of 16,000 Hz with 16 bits for each sample.
std::string Wav(const std::vector<int16_t>& samples) {
  const auto little = [](uint32_t number, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i));
    return text;
  };
  std::string data;
  for (const int16_t sample : samples) data += little(static_cast<uint16_t>(sample), 2);
  return absl::StrCat("RIFF", little(36 + data.size(), 4), "WAVEfmt ", little(16, 4), little(1, 2),
                      little(1, 2), little(16000, 4), little(32000, 4), little(2, 2), little(16, 2),
                      "data", little(data.size(), 4), data);
}

std::string LogMelNode(const LogMel& config) {
  return absl::StrCat(R"(op: "Frazo>LogMel" attr { key: "config" value { s: ")",
                      absl::CEscape(config.SerializeAsString()), R"(" } })");
}

TEST(SoundKernelsTest, FilesBecomeSamples) {
  const auto decoded = RunOp(R"(op: "Frazo>DecodeSounds")",
                             {MakeTensor<tstring>({2}, {Wav({16384}), Wav({-16384, 8192, 0})})});
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_THAT(Values<float>((*decoded)[0]), ElementsAre(0.5, 0, 0, -0.5, 0.25, 0));
  EXPECT_THAT(Values<int>((*decoded)[1]), ElementsAre(1, 3));
}

TEST(SoundKernelsTest, ABadSoundNamesItsRow) {
  const auto decoded =
      RunOp(R"(op: "Frazo>DecodeSounds")", {MakeTensor<tstring>({2}, {Wav({16384}), "hello"})});
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(decoded.status().message(), HasSubstr("contents, row 1: these 5 bytes are no sound"));
}

TEST(SoundKernelsTest, SamplesBecomeFeatures) {
  LogMel config;
  config.set_num_bins(3);
  const auto features = RunOp(
      LogMelNode(config),
      {MakeTensor<float>({2, 561}, std::vector<float>(2 * 561)), MakeTensor<int>({2}, {561, 401})});
  ASSERT_TRUE(features.ok()) << features.status();
  EXPECT_EQ((*features)[0].shape(), tensorflow::TensorShape({2, 2, 3}));
  EXPECT_THAT(Values<float>((*features)[0]), Each(std::log(1.0f)));
  EXPECT_THAT(Values<int>((*features)[1]), ElementsAre(2, 1));
}

TEST(SoundKernelsTest, AWrongLengthIsAnError) {
  for (const int length : {-1, 562}) {
    const auto features =
        RunOp(LogMelNode({}), {MakeTensor<float>({1, 561}, {}), MakeTensor<int>({1}, {length})});
    EXPECT_EQ(features.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(features.status().message(),
                HasSubstr(absl::StrCat("samples, row 0: length ", length, "; expected 0 .. 561")));
  }
}

TEST(SoundKernelsTest, AContradictionIsAnError) {
  LogMel config;
  config.set_fft_size(8);
  const auto features =
      RunOp(LogMelNode(config), {MakeTensor<float>({1, 0}, {}), MakeTensor<int>({1}, {0})});
  EXPECT_THAT(features.status().message(), HasSubstr("config.fft_size: 8; expected at least"));
}

}  // namespace
}  // namespace frazo::ops
