#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/ops/testing/graph_session.h"
#include "core/ops/testing/tensors.h"
#include "core/status/status_matchers.h"
#include "frazo/proto/spec_augment.pb.h"

namespace frazo::ops {
namespace {

using ::tensorflow::Tensor;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Ne;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kSpeed[] = R"(op: "Frazo>SpeedPerturb")";
constexpr char kNoise[] = R"(op: "Frazo>AddNoise")";

std::string Masks(const SpecAugment& config) {
  return absl::StrCat(R"(op: "Frazo>SpecAugment" attr { key: "config" value { s: ")",
                      absl::CEscape(config.SerializeAsString()), R"(" } })");
}

TEST(SoundAugmentationKernelsTest, EachSoundHasItsOwnSpeed) {
  const auto outputs =
      RunOp(kSpeed, {MakeTensor<float>({2, 9}, std::vector<float>(18, 0.5f)),
                     MakeTensor<int>({2}, {9, 3}), MakeTensor<float>({2}, {2, 1})});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  // ceil(9 / 2), and as it is.
  EXPECT_THAT(Values<int>((*outputs)[1]), ElementsAre(5, 3));
  const std::vector<float> samples = Values<float>((*outputs)[0]);
  EXPECT_EQ(samples.size(), 10);
  EXPECT_THAT(std::vector<float>(samples.begin() + 5, samples.end()),
              ElementsAre(0.5, 0.5, 0.5, 0, 0));
}

TEST(SoundAugmentationKernelsTest, NoiseIsThatOfTheSeedAndWithinTheLength) {
  const Tensor samples = MakeTensor<float>({3, 2}, {0.5, 0.25, 0.5, 0.25, 0.5, 0.25});
  const auto outputs =
      RunOp(kNoise, {samples, MakeTensor<int>({3}, {2, 1, 2}), MakeTensor<float>({3}, {0, 0, 0}),
                     MakeTensor<int64_t>({3}, {7, 7, 7})});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const std::vector<float> noisy = Values<float>((*outputs)[0]);
  EXPECT_THAT(noisy, ElementsAre(Ne(0.5f), Ne(0.25f), Ne(0.5f), 0.25f, noisy[0], noisy[1]));
}

TEST(SoundAugmentationKernelsTest, MasksLieWithinTheFrames) {
  SpecAugment config;
  config.set_frequency_masks(0);
  config.set_most_of_utterance(1);
  config.set_time_masks(50);
  const Tensor features = MakeTensor<float>({2, 3, 2}, std::vector<float>(12, 1.0f));
  const auto outputs = RunOp(
      Masks(config), {features, MakeTensor<int>({2}, {1, 3}), MakeTensor<int64_t>({2}, {1, 2})});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  // With 50 masks a frame that may be hidden is hidden, but for a probability of 1e-9.
  EXPECT_THAT(Values<float>((*outputs)[0]), ElementsAreArray({0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0}));
  config.set_time_masks(0);
  const auto plain = RunOp(
      Masks(config), {features, MakeTensor<int>({2}, {3, 3}), MakeTensor<int64_t>({2}, {1, 2})});
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_THAT(Values<float>((*plain)[0]), Each(1));
}

TEST(SoundAugmentationKernelsTest, WhatIsWrongIsNamed) {
  const Tensor samples = MakeTensor<float>({1, 2}, {0.5, 0.5});
  const Tensor two = MakeTensor<int>({1}, {2}), three = MakeTensor<int>({1}, {3});
  const Tensor seed = MakeTensor<int64_t>({1}, {1});
  const auto number = [](float value) { return MakeTensor<float>({1}, {value}); };
  EXPECT_THAT(RunOp(kSpeed, {samples, two, number(20)}).status(),
              StatusIs(kInvalid, HasSubstr("samples, row 0: factor 20; expected")));
  EXPECT_THAT(RunOp(kSpeed, {samples, three, number(1)}).status(),
              StatusIs(kInvalid, HasSubstr("samples, row 0: length 3; expected 0 .. 2")));
  EXPECT_THAT(RunOp(kNoise, {samples, two, number(-200), seed}).status(),
              StatusIs(kInvalid, HasSubstr("samples, row 0: snr_db -200; expected")));
  EXPECT_THAT(
      RunOp(kNoise, {samples, MakeTensor<int>({2}, {1, 1}), number(1), seed}).status(),
      StatusIs(kInvalid, HasSubstr("[1,2], [2], [1], [1]; expected [B, N], [B], [B] and [B]")));
  const Tensor features = MakeTensor<float>({1, 2, 1}, {1, 1});
  EXPECT_THAT(RunOp(Masks({}), {features, three, seed}).status(),
              StatusIs(kInvalid, HasSubstr("features, row 0: length 3; expected 0 .. 2")));
  EXPECT_THAT(RunOp(Masks({}), {MakeTensor<float>({1, 2, 0}, {}), two, seed}).status(),
              StatusIs(kInvalid, HasSubstr("a frame has no values")));
  SpecAugment config;
  config.set_most_bands(0);
  EXPECT_THAT(RunOp(Masks(config), {features, two, seed}).status(),
              StatusIs(kInvalid, HasSubstr("config.most_bands: 0; expected at least 1")));
}

}  // namespace
}  // namespace frazo::ops
