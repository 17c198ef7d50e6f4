#include "core/audio/log_mel_frontend.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/audio/testing/sound_file.h"
#include "core/numeric/random.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::audio {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

absl::StatusOr<std::unique_ptr<const LogMelFrontend>> Make(const std::string& text) {
  LogMel config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return LogMelFrontend::Create("steps[1].log_mel", config);
}

std::vector<float> Compute(const std::string& config, const std::vector<float>& samples) {
  const auto frontend = Make(config);
  EXPECT_TRUE(frontend.ok()) << frontend.status();
  std::vector<float> features;
  (*frontend)->Compute(samples, &features);
  EXPECT_EQ(features.size(), (*frontend)->CountFrames(samples.size()) * (*frontend)->frame_size());
  return features;
}

absl::Status Error(const std::string& config) { return Make(config).status(); }

std::vector<float> Noise(int count) {
  numeric::Random random({5});
  std::vector<float> samples(count);
  for (float& sample : samples) sample = random.Fraction() - 0.5;
  return samples;
}

// Computed with NumPy in double precision from the message's formulas, with the bands of
// tf.signal.linear_to_mel_weight_matrix.
TEST(LogMelFrontendTest, AFrameOfTwoTonesHasTheseBands) {
  std::vector<float> samples(16000);
  for (int n = 0; n < 16000; ++n) {
    samples[n] =
        0.5 * std::sin(2 * M_PI * 440 * n / 16000) + 0.25 * std::sin(2 * M_PI * 3000 * n / 16000);
  }
  const std::vector<float> features = Compute("fft_size: 1024", samples);
  ASSERT_EQ(features.size(), 98 * 80);
  const float* const frame = features.data() + 10 * 80;
  EXPECT_NEAR(frame[0], 5.22039982, 1e-3);
  EXPECT_NEAR(frame[1], 5.87928029, 1e-3);
  EXPECT_NEAR(frame[10], 13.15642587, 1e-5);
  EXPECT_NEAR(frame[20], 5.39487506, 1e-3);
  EXPECT_NEAR(frame[40], 3.77869236, 1e-3);
  EXPECT_NEAR(frame[60], 4.62234407, 1e-3);
}

TEST(LogMelFrontendTest, AFrameOfAClickByHand) {
  // Sample 100 is a half, 16384 of 16 bits, so that y[99] = 16384 and y[100] = -.97 * 16384. The
  // window has .492146 and .5 there, so |X| at w radians a sample is 16384 |.492146 - .485
  // e^(-iw)|. 125 and 7600 Hz are 185.2 and 2787.0 mel; the centres of five bands between them are
  // 433.6 mel apart. The sums of the weighted |X| are 26473.1, 79332.4, 200578.9, 458312.7 and
  // 941279.1.
  std::vector<float> samples(401);
  samples[100] = 0.5;
  EXPECT_THAT(
      Compute("num_bins: 5", samples),
      Pointwise(FloatNear(1e-5), {10.183883f, 11.281402f, 12.208963f, 13.035307f, 13.754995f}));
}

TEST(LogMelFrontendTest, AFrameNeedsOneMoreSampleForPreEmphasis) {
  const auto with = Make("");
  const auto without = Make("pre_emphasis: 0");
  ASSERT_TRUE(with.ok() && without.ok());
  for (const auto& [samples, frames] :
       std::vector<std::pair<int, int>>{{0, 0}, {400, 0}, {401, 1}, {560, 1}, {561, 2}}) {
    EXPECT_EQ((*with)->CountFrames(samples), frames) << samples;
    EXPECT_EQ((*without)->CountFrames(samples), samples == 400   ? 1
                                                : samples == 560 ? 2
                                                                 : frames)
        << samples;
  }
}

TEST(LogMelFrontendTest, SilenceIsTheFloor) {
  EXPECT_THAT(Compute("floor: 2", std::vector<float>(1000, 0.0f)), Each(std::log(2.0f)));
}

TEST(LogMelFrontendTest, AFrameDependsOnItsOwnSamplesAlone) {
  const std::vector<float> noise = Noise(3000);
  const std::vector<float> all = Compute("", noise);
  for (int frame = 0; frame < 17; ++frame) {
    const auto begin = noise.begin() + frame * 160;
    EXPECT_THAT(Compute("", std::vector<float>(begin, begin + 401)),
                ElementsAreArray(all.begin() + frame * 80, all.begin() + (frame + 1) * 80));
  }
}

TEST(LogMelFrontendTest, APowerIsTheSquareOfAMagnitude) {
  // The band has the frequency of the tone alone, with a weight near 1.
  const std::string band = "num_bins: 1 low_hz: 985 high_hz: 1016 floor: 1e-30 pre_emphasis: 0 ";
  const std::vector<float> tone = Sine(1000, 16000, 401);
  EXPECT_NEAR(Compute(band + "spectrum: POWER", tone)[0], 2 * Compute(band, tone)[0], 0.1);
}

TEST(LogMelFrontendTest, CorpusStatisticsShiftAndScale) {
  const std::vector<float> noise = Noise(1000);
  const std::vector<float> plain = Compute("num_bins: 2", noise);
  const std::vector<float> scaled = Compute("num_bins: 2 mean: [1, 2] stddev: [4, 0.5]", noise);
  for (size_t i = 0; i < plain.size(); i += 2) {
    EXPECT_FLOAT_EQ(scaled[i], (plain[i] - 1) / 4);
    EXPECT_FLOAT_EQ(scaled[i + 1], (plain[i + 1] - 2) * 2);
  }
}

TEST(LogMelFrontendTest, AnUtteranceHasMeanZeroAndDeviationOne) {
  const std::vector<float> features =
      Compute("normalize_utterance: true num_bins: 5 zero_frames: 1", Noise(8000));
  const int64_t frames = features.size() / 5 - 1;
  for (int b = 0; b < 5; ++b) {
    double sum = 0;
    double squares = 0;
    for (int64_t t = 0; t < frames; ++t) {
      sum += features[t * 5 + b];
      squares += features[t * 5 + b] * features[t * 5 + b];
    }
    EXPECT_NEAR(sum / frames, 0, 1e-5);
    EXPECT_NEAR(squares / frames, 1, 1e-4);
    EXPECT_EQ(features[frames * 5 + b], 0);
  }
  EXPECT_THAT(Compute("normalize_utterance: true", std::vector<float>(1000, 0.0f)), Each(0));
}

TEST(LogMelFrontendTest, NeighboursAreJoined) {
  const std::vector<float> noise = Noise(401 + 160 * 4);
  const std::vector<float> plain = Compute("num_bins: 2", noise);
  const auto frame = [&](int t) { return std::vector<float>{plain[2 * t], plain[2 * t + 1]}; };
  std::vector<float> expected;
  // Frames 0, 2 and 4 of five are kept, each with the one before and the two after.
  for (const int t : {0, 0, 1, 2, 1, 2, 3, 4, 3, 4, 4, 4}) {
    expected.insert(expected.end(), {frame(t)[0], frame(t)[1]});
  }
  EXPECT_THAT(Compute("num_bins: 2 left_frames: 1 right_frames: 2 stride: 2", noise),
              ElementsAreArray(expected));
}

TEST(LogMelFrontendTest, ASoundShorterThanAFrameHasNone) {
  EXPECT_TRUE(Compute("", std::vector<float>(400)).empty());
  EXPECT_TRUE(Compute("left_frames: 2 stride: 3", {}).empty());
  EXPECT_THAT(Compute("zero_frames: 2 num_bins: 3", {}), ElementsAreArray({0, 0, 0, 0, 0, 0}));
}

TEST(LogMelFrontendTest, EveryWindowIsItsFormula) {
  // A constant through a window of 4 samples, pre-emphasis 0: frequency 1 of 4 is
  // |w0 - w2 - i (w1 - w3)|.
  const auto band = [](const std::string& window) {
    return std::exp(Compute("window: " + window +
                                " sample_rate: 4 frame_ms: 1000 step_ms: 1000 pre_emphasis: 0 "
                                "sample_scale: 1 num_bins: 1 low_hz: 0.5 high_hz: 1.6 floor: 1e-9",
                            std::vector<float>(4, 1.0f))[0]);
  };
  const float weight = band("HANN") / std::hypot(0 - 1, 0.5 - 0.5);
  EXPECT_NEAR(band("HAMMING"), weight * std::hypot(0.08 - 0.77, 0.77 - 0.08), 1e-5);
  const double povey = std::pow(0.75, 0.85);
  EXPECT_NEAR(band("POVEY"), weight * std::hypot(0 - povey, povey - 0), 1e-5);
  EXPECT_NEAR(band("RECTANGULAR"), 1e-9, 1e-6);
}

TEST(LogMelFrontendTest, ContradictionsAreNamed) {
  EXPECT_THAT(Error("sample_rate: 0"), StatusIs(kInvalid, HasSubstr("log_mel.sample_rate:")));
  EXPECT_THAT(Error("frame_ms: 0.01"), StatusIs(kInvalid, HasSubstr("0.01 ms are 0 samples")));
  EXPECT_THAT(Error("step_ms: 0.01"), StatusIs(kInvalid, HasSubstr("log_mel.step_ms:")));
  EXPECT_THAT(Error("fft_size: 256"),
              StatusIs(kInvalid, HasSubstr("fft_size: 256; expected at least the 400 samples")));
  EXPECT_THAT(Error("sample_rate: 8000"),
              StatusIs(kInvalid, HasSubstr("they are 125, 7600 and 4000")));
  EXPECT_THAT(Error("low_hz: 300 high_hz: 200"), StatusIs(kInvalid, HasSubstr("low_hz < high")));
  EXPECT_THAT(Error("num_bins: 0"), StatusIs(kInvalid, HasSubstr("log_mel.num_bins:")));
  EXPECT_THAT(Error("num_bins: 400"), StatusIs(kInvalid, HasSubstr("of 400 bands")));
  EXPECT_THAT(Error("floor: 0"), StatusIs(kInvalid, HasSubstr("log_mel.floor:")));
  EXPECT_THAT(Error("mean: [1, 2]"), StatusIs(kInvalid, HasSubstr("2 values; expected none")));
  EXPECT_THAT(Error("num_bins: 1 stddev: 0"), StatusIs(kInvalid, HasSubstr("above 0")));
  EXPECT_THAT(Error("num_bins: 1 mean: 0 normalize_utterance: true"),
              StatusIs(kInvalid, HasSubstr("remove the one or the others")));
  EXPECT_THAT(Error("stride: 0"), StatusIs(kInvalid, HasSubstr("log_mel.stride:")));
  EXPECT_THAT(Error("left_frames: -1"), StatusIs(kInvalid, HasSubstr("log_mel.left_frames:")));
}

}  // namespace
}  // namespace frazo::audio
