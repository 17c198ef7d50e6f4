// Steps that change sounds at random. That threads and restarts do not change what they draw is
// tested in core/pipeline.
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/audio/testing/sound_file.h"
#include "core/process/processed_chunk.h"
#include "core/process/record_processor.h"
#include "core/process/testing/processing.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::process {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr int kFloatWav = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
const char* const kDecode = "raw {} steps { decode_audio { field: 'record' } } ";

using Samples = std::vector<float>;

std::string Encode(const Samples& samples) {
  return audio::EncodeSound(samples, 1, 16000, kFloatWav);
}

// The first feature of a record with these samples, in so many epochs from 0 on.
std::vector<Samples> InEpochs(const std::string& steps, const Samples& samples, int epochs,
                              int64_t seed = 1) {
  const auto processor =
      *RecordProcessor::Create(ParseProcessor(absl::StrCat(kDecode, steps)), seed);
  const std::string record = Encode(samples);
  std::vector<sources::SourceRecord> records;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    records.push_back({record, {}});
    records.back().id.epoch = epoch;
  }
  ProcessedChunk chunk;
  processor->Process(records, &chunk);
  std::vector<Samples> results;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const auto values = chunk.example(epoch)[0].As<float>();
    results.emplace_back(values.begin(), values.end());
  }
  return results;
}

double MeanSquare(const Samples& samples) {
  double sum = 0;
  for (const double sample : samples) sum += sample * sample / samples.size();
  return sum;
}

Samples Difference(const Samples& left, const Samples& right) {
  Samples difference(left.size());
  for (size_t i = 0; i < left.size(); ++i) difference[i] = left[i] - right[i];
  return difference;
}

TEST(SpeedPerturbTest, DrawsEachFactorAndResamples) {
  const Samples sound = audio::Sine(440, 16000, 900);
  std::set<size_t> sizes;
  for (const Samples& samples :
       InEpochs("steps { speed_perturb { field: 'record' } }", sound, 40)) {
    sizes.insert(samples.size());
    if (samples.size() == 900) {
      EXPECT_EQ(samples, sound);
    }
  }
  // 900 / 1.1 = 818.18...
  EXPECT_THAT(sizes, ElementsAre(819, 900, 1000));
}

TEST(SpeedPerturbTest, TempoAndPitchChangeTogether) {
  const Samples slow = InEpochs("steps { speed_perturb { field: 'record' factors: 0.5 } }",
                                audio::Sine(440, 16000, 8000), 1)[0];
  ASSERT_EQ(slow.size(), 16000);
  // Far from the ends, where the filter sees silence beyond the sound.
  const Samples expected = audio::Sine(220, 16000, 16000);
  for (size_t i = 2000; i < 14000; ++i) ASSERT_NEAR(slow[i], expected[i], 1e-3) << i;
}

TEST(SpeedPerturbTest, ASoundWithoutSamplesStaysEmpty) {
  const Processing read(
      "tf_example { features { name: 'x' type: FLOAT32 } } "
      "steps { speed_perturb { field: 'x' factors: 0.9 } } "
      "steps { add_noise { field: 'x' min_snr_db: 1 max_snr_db: 2 } }",
      {""});
  EXPECT_THAT(read.values(0, "x").As<float>(), SizeIs(0));
}

TEST(AddNoiseTest, TheRatioIsThatOfTheConfiguration) {
  const Samples sound = audio::Sine(440, 16000, 16000);
  const Samples noisy = InEpochs(
      "steps { add_noise { field: 'record' min_snr_db: 10 max_snr_db: 10 } }", sound, 1)[0];
  ASSERT_THAT(noisy, SizeIs(16000));
  const Samples noise = Difference(noisy, sound);
  // The mean square of 16,000 normal numbers has a relative deviation of sqrt(2 / 16000) = 0.011.
  EXPECT_NEAR(MeanSquare(noise) / (MeanSquare(sound) / 10), 1, 0.06);
  double mean = 0;
  for (const double sample : noise) mean += sample / 16000;
  EXPECT_NEAR(mean, 0, 5 * std::sqrt(MeanSquare(noise) / 16000));
}

TEST(AddNoiseTest, TheRatioIsDrawnFromTheRange) {
  const Samples sound = audio::Sine(440, 16000, 4000);
  double least = 100;
  double most = -100;
  for (const Samples& noisy : InEpochs(
           "steps { add_noise { field: 'record' min_snr_db: 0 max_snr_db: 30 } }", sound, 50)) {
    const double ratio = MeanSquare(sound) / MeanSquare(Difference(noisy, sound));
    least = std::min(least, 10 * std::log10(ratio));
    most = std::max(most, 10 * std::log10(ratio));
  }
  EXPECT_GT(least, -1);
  EXPECT_LT(least, 5);
  EXPECT_GT(most, 25);
  EXPECT_LT(most, 31);
}

TEST(AddNoiseTest, TheProbabilityIsTheShareOfNoisySounds) {
  const Samples sound = audio::Sine(440, 16000, 10);
  const auto noisy = [&](const std::string& probability) {
    int count = 0;
    for (const Samples& samples :
         InEpochs(absl::StrCat("steps { add_noise { field: 'record' min_snr_db: 10 max_snr_db: 20 ",
                               probability, " } }"),
                  sound, 400)) {
      count += samples != sound;
    }
    return count;
  };
  EXPECT_EQ(noisy(""), 400);
  EXPECT_EQ(noisy("probability: 0"), 0);
  // The standard deviation is below 9.
  EXPECT_NEAR(noisy("probability: 0.25"), 100, 45);
}

TEST(AddNoiseTest, SilenceStaysSilent) {
  EXPECT_THAT(InEpochs("steps { add_noise { field: 'record' min_snr_db: -5 max_snr_db: 0 } }",
                       Samples(100, 0.0f), 1)[0],
              Each(0.0f));
}

TEST(AddNoiseTest, AnOutputLeavesTheField) {
  const Samples sound = {0.5, -0.25, 0.125};
  const Processing read(absl::StrCat(kDecode,
                                     "steps { add_noise { field: 'record' output: 'noisy' "
                                     "min_snr_db: 10 max_snr_db: 10 } }"),
                        {Encode(sound)});
  EXPECT_THAT(read.values(0, "record").As<float>(), ElementsAreArray(sound));
  EXPECT_THAT(read.values(0, "noisy").As<float>(), Not(ElementsAreArray(sound)));
}

TEST(DitherTest, AddsNoiseInUnitsOfSixteenBits) {
  // The logarithm of the energy of noise grows with that of its deviation; 10 times the deviation
  // is 10 times the magnitude.
  const auto mean = [](const std::string& dither) {
    const Samples features =
        InEpochs(absl::StrCat("steps { log_mel { field: 'record' log_mel { pre_emphasis: 0 } ",
                              dither, "} }"),
                 Samples(16000, 0.0f), 1)[0];
    double sum = 0;
    for (const double feature : features) sum += feature / features.size();
    return sum;
  };
  EXPECT_EQ(mean(""), 0) << "the floor of silence";
  EXPECT_NEAR(mean("dither: 100 ") - mean("dither: 10 "), std::log(10), 1e-3);
}

TEST(DitherTest, IsNotInTheSamples) {
  const Samples sound = audio::Sine(440, 16000, 401);
  const std::string steps = "steps { log_mel { field: 'record' output: 'frames' dither: 50 } }";
  EXPECT_THAT(InEpochs(steps, sound, 1)[0], ElementsAreArray(sound));
}

constexpr char kFrames[] = "steps { log_mel { field: 'record' log_mel { floor: 2 } } } ";

TEST(SpecAugmentTest, HidesWholeFramesAndBands) {
  const Samples plain = InEpochs(kFrames, Samples(16000, 0.0f), 1)[0];
  ASSERT_THAT(plain, Each(std::log(2.0f)));
  for (const Samples& masked :
       InEpochs(absl::StrCat(kFrames, "steps { spec_augment { field: 'record' } }"),
                Samples(16000, 0.0f), 20)) {
    ASSERT_EQ(masked.size(), plain.size());
    const int64_t frames = masked.size() / 80;
    std::set<int64_t> hidden_bands;
    for (int64_t band = 0; band < 80; ++band) {
      bool hidden = true;
      for (int64_t frame = 0; frame < frames; ++frame) hidden &= masked[frame * 80 + band] == 0;
      if (hidden) hidden_bands.insert(band);
    }
    EXPECT_LE(hidden_bands.size(), 2 * 27);
    for (int64_t frame = 0; frame < frames; ++frame) {
      const float* const values = masked.data() + frame * 80;
      const int64_t zeros = std::count(values, values + 80, 0.0f);
      EXPECT_TRUE(zeros == 80 || zeros == static_cast<int64_t>(hidden_bands.size())) << frame;
    }
  }
}

TEST(SpecAugmentTest, AnOutputLeavesTheField) {
  const std::string masks = "spec_augment { most_bands: 40 most_of_utterance: 1 }";
  const Samples sound = audio::Sine(440, 16000, 16000);
  const Processing read(absl::StrCat(kDecode, kFrames, "steps { spec_augment { field: 'record' ",
                                     "output: 'masked' ", masks, " } }"),
                        {Encode(sound)});
  EXPECT_THAT(read.values(0, "record").As<float>(),
              ElementsAreArray(InEpochs(kFrames, sound, 1)[0]));
  EXPECT_THAT(read.values(0, "masked").As<float>(), Contains(0.0f));
}

TEST(RandomAudioStepsTest, EpochsAndSeedsDifferAndRunsDoNot) {
  const Samples sound = audio::Sine(440, 16000, 3000);
  for (const std::string steps :
       {"steps { add_noise { field: 'record' min_snr_db: 10 max_snr_db: 20 } }",
        "steps { log_mel { field: 'record' dither: 1 } }",
        "steps { log_mel { field: 'record' } } steps { spec_augment { field: 'record' } }"}) {
    const std::vector<Samples> results = InEpochs(steps, sound, 2);
    EXPECT_NE(results[0], results[1]);
    EXPECT_EQ(InEpochs(steps, sound, 2), results);
    EXPECT_NE(InEpochs(steps, sound, 1, /*seed=*/2)[0], results[0]);
  }
}

absl::Status Error(const std::string& steps) {
  return MakeProcessor(absl::StrCat(kDecode, steps)).status();
}

TEST(RandomAudioStepsTest, MistakesNameTheirPlace) {
  EXPECT_THAT(Error("steps { speed_perturb { field: 'record' factors: 1 factors: 0 } }"),
              StatusIs(kInvalid, HasSubstr("steps[1].speed_perturb.factors: 0; expected numbers "
                                           "from 0.1 to 10")));
  EXPECT_THAT(Error("steps { add_noise { field: 'record' min_snr_db: 1 } }"),
              StatusIs(kInvalid, HasSubstr("steps[1].add_noise.min_snr_db: expected -100 <= "
                                           "min_snr_db <= max_snr_db <= 100; they are 1 and not "
                                           "set")));
  EXPECT_THAT(Error("steps { add_noise { field: 'record' min_snr_db: 2 max_snr_db: 1 } }"),
              StatusIs(kInvalid, HasSubstr("they are 2 and 1")));
  EXPECT_THAT(Error("steps { add_noise { field: 'record' min_snr_db: 1 max_snr_db: 2 "
                    "probability: 2 } }"),
              StatusIs(kInvalid, HasSubstr("probability: 2; expected a number from 0 to 1")));
  EXPECT_THAT(Error("steps { log_mel { field: 'record' dither: -1 } }"),
              StatusIs(kInvalid, HasSubstr("log_mel.dither: -1; expected a number from 0 to")));
  const auto masks = [](const std::string& settings) {
    return Error(absl::StrCat(kFrames, "steps { spec_augment { field: 'record' spec_augment { ",
                              settings, " } } }"));
  };
  EXPECT_THAT(masks("most_bands: 0"),
              StatusIs(kInvalid, HasSubstr("steps[2].spec_augment.spec_augment.most_bands: 0; "
                                           "expected at least 1")));
  EXPECT_THAT(masks("most_frames: -1"), StatusIs(kInvalid, HasSubstr("expected at least 1")));
  EXPECT_THAT(masks("time_masks: -1"), StatusIs(kInvalid, HasSubstr("expected at least 0")));
  EXPECT_THAT(masks("frequency_masks: -1"), StatusIs(kInvalid, HasSubstr("expected at least 0")));
  EXPECT_THAT(masks("most_of_utterance: 2"),
              StatusIs(kInvalid, HasSubstr("2; expected a number above 0, at most 1")));
  EXPECT_THAT(Error("steps { spec_augment { field: 'record' } }"),
              StatusIs(kInvalid, HasSubstr("expected frames, FLOAT32[-1, values of a frame]")));
  for (const std::string step : {"speed_perturb { field: 'b' }", "add_noise { field: 'b' }"}) {
    EXPECT_THAT(MakeProcessor(absl::StrCat("raw { name: 'b' } steps { ", step, " }")).status(),
                StatusIs(kInvalid, HasSubstr("field 'b' is BYTES[]; expected samples")));
  }
}

}  // namespace
}  // namespace frazo::process
