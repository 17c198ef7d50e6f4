#include <sndfile.h>

#include <string>
#include <vector>

#include "core/audio/testing/sound_file.h"
#include "core/process/record_processor.h"
#include "core/process/testing/processing.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::process {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr int kFlac = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;

absl::Status Error(const std::string& config) { return MakeProcessor(config).status(); }

TEST(AudioStepsTest, AFileBecomesSamples) {
  const Processing read("raw {} steps { decode_audio { field: 'record' output: 'samples' } }",
                        {audio::EncodeSound({0.5, -0.25}, 1, 16000, kFlac),
                         audio::EncodeSound({0.125}, 1, 16000, kFlac)});
  EXPECT_THAT(read.values(0, "samples").As<float>(), ElementsAre(0.5, -0.25));
  EXPECT_THAT(read.values(1, "samples").As<float>(), ElementsAre(0.125));
  EXPECT_THAT(read.values(1, "record").As<std::string_view>(), SizeIs(1));
}

TEST(AudioStepsTest, ASoundThatCannotBeReadIsABadRecord) {
  const std::string config = "raw {} steps { decode_audio { field: 'record' max_seconds: 0.5 } }";
  EXPECT_THAT(ProcessOne(config, "hello"),
              StatusIs(kInvalid, StartsWith("field 'record': these 5 bytes are no sound")));
  EXPECT_THAT(ProcessOne(config, audio::EncodeSound(std::vector<float>(8001), 1, 16000, kFlac)),
              StatusIs(kInvalid, "field 'record': the sound is longer than 0.5 seconds"));
}

TEST(AudioStepsTest, SamplesBecomeFrames) {
  const Processing read(
      "raw {} steps { decode_audio { field: 'record' } } "
      "steps { log_mel { field: 'record' output: 'frames' log_mel { num_bins: 40 } } }",
      {audio::EncodeSound(audio::Sine(440, 16000, 16000), 1, 16000, kFlac),
       audio::EncodeSound({0.5}, 1, 16000, kFlac)});
  const ExampleSchema& schema = read.processor().schema();
  EXPECT_EQ(schema.features[*schema.Find("frames")].TypeText(), "FLOAT32[any, 40]");
  EXPECT_THAT(read.values(0, "frames").As<float>(), SizeIs(98 * 40));
  EXPECT_THAT(read.values(1, "frames").As<float>(), SizeIs(0));
}

TEST(AudioStepsTest, FramesReplaceTheSamplesOfTheSameName) {
  const Processing read(
      "raw {} steps { decode_audio { field: 'record' } } steps { log_mel { field: 'record' } }",
      {audio::EncodeSound(audio::Sine(440, 16000, 401), 1, 16000, kFlac)});
  EXPECT_THAT(read.values(0, "record").As<float>(), SizeIs(80));
}

TEST(AudioStepsTest, MistakesNameTheirPlace) {
  EXPECT_THAT(Error("raw {} steps { decode_audio { field: 'record' sample_rate: 0 } }"),
              StatusIs(kInvalid, HasSubstr("steps[0].decode_audio.sample_rate: expected")));
  EXPECT_THAT(Error("raw {} steps { decode_audio { field: 'record' max_seconds: 0 } }"),
              StatusIs(kInvalid, HasSubstr("steps[0].decode_audio.max_seconds: expected")));
  EXPECT_THAT(Error("raw {} steps { decode_audio { field: 'sound' } }"),
              StatusIs(kInvalid, HasSubstr("steps[0].decode_audio.field")));
  EXPECT_THAT(Error("raw {} steps { log_mel { field: 'record' } }"),
              StatusIs(kInvalid, HasSubstr("field 'record' is BYTES[]; expected samples")));
  EXPECT_THAT(Error("raw {} steps { decode_audio { field: 'record' } } "
                    "steps { log_mel { field: 'record' log_mel { stride: 0 } } }"),
              StatusIs(kInvalid, HasSubstr("steps[1].log_mel.log_mel.stride: expected")));
}

}  // namespace
}  // namespace frazo::process
