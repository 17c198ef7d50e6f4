#include "core/shard/experts/expert_choice.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::shard {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::IsNan;
using ::testing::Pointwise;

// The logarithms of the probabilities .1, .2, .3, .4.
const std::vector<float> kLogits = {std::log(0.1f), std::log(0.2f), std::log(0.3f), std::log(0.4f)};

// The results for one token with two experts.
struct Chosen {
  explicit Chosen(const ExpertChoice& choice)
      : probabilities(choice.experts),
        experts(choice.experts_per_token),
        weights(choice.experts_per_token),
        slots(choice.experts_per_token, 7) {
    ChooseExperts(
        choice, 0, 1,
        {probabilities.data(), &log_total, &entropy, experts.data(), weights.data(), slots.data()});
  }

  std::vector<float> probabilities;
  float log_total = 7;
  float entropy = 7;
  std::vector<int32_t> experts;
  std::vector<float> weights;
  std::vector<int32_t> slots;
};

constexpr bool kToken = true, kPadding = false;

ExpertChoice TwoOf(const std::vector<float>& logits, const bool* mask) {
  return {logits.data(), mask, static_cast<int64_t>(logits.size()), 2, nullptr, nullptr,
          nullptr,       0.5f};
}

TEST(ChooseExpertsTest, TakesTheTwoMostProbable) {
  const Chosen chosen(TwoOf(kLogits, &kToken));
  EXPECT_THAT(chosen.probabilities, Pointwise(FloatNear(1e-6), {0.1f, 0.2f, 0.3f, 0.4f}));
  EXPECT_THAT(chosen.experts, ElementsAre(3, 2));
  // .4 / .7 and .3 / .7.
  EXPECT_THAT(chosen.weights, Pointwise(FloatNear(1e-6), {0.571429f, 0.428571f}));
  EXPECT_THAT(chosen.slots, ElementsAre(0, 0));
  EXPECT_NEAR(chosen.log_total, 0, 1e-6);
  // -(.1 ln .1 + .2 ln .2 + .3 ln .3 + .4 ln .4).
  EXPECT_NEAR(chosen.entropy, 1.279854, 1e-5);
}

TEST(ChooseExpertsTest, TheWeightOfASingleExpertIsItsProbability) {
  ExpertChoice choice = TwoOf(kLogits, &kToken);
  choice.experts_per_token = 1;
  const Chosen chosen(choice);
  EXPECT_THAT(chosen.experts, ElementsAre(3));
  EXPECT_THAT(chosen.weights, Pointwise(FloatNear(1e-6), {0.4f}));
}

TEST(ChooseExpertsTest, PaddingChoosesNothing) {
  const Chosen chosen(TwoOf(kLogits, &kPadding));
  EXPECT_THAT(chosen.probabilities, Each(0));
  EXPECT_THAT(chosen.experts, Each(-1));
  EXPECT_THAT(chosen.weights, Each(0));
  EXPECT_THAT(chosen.slots, Each(-1));
  EXPECT_EQ(chosen.log_total, 0);
  EXPECT_EQ(chosen.entropy, 0);
}

TEST(ChooseExpertsTest, TheBiasChangesTheChoiceButNoWeight) {
  const std::vector<float> bias = {1, 0, 0, 0};
  ExpertChoice choice = TwoOf(kLogits, &kToken);
  choice.bias = bias.data();
  const Chosen chosen(choice);
  EXPECT_THAT(chosen.experts, ElementsAre(0, 3));
  // .1 / .5 and .4 / .5.
  EXPECT_THAT(chosen.weights, Pointwise(FloatNear(1e-6), {0.2f, 0.8f}));
}

TEST(ChooseExpertsTest, NoiseChangesAllChoicesButTheFirst) {
  const std::vector<float> noise = {9, 0, 0, -9};
  ExpertChoice choice = TwoOf(kLogits, &kToken);
  choice.noise = noise.data();
  EXPECT_THAT(Chosen(choice).experts, ElementsAre(3, 0));
}

TEST(ChooseExpertsTest, ASecondExpertIsGivenUpAtRandom) {
  // The weight .428571 is twice .214286, so that it is kept for draws below .857143.
  std::vector<float> uniform = {0.85f};
  ExpertChoice choice = TwoOf(kLogits, &kToken);
  choice.uniform = uniform.data();
  EXPECT_THAT(Chosen(choice).slots, ElementsAre(0, 0));
  uniform[0] = 0.86f;
  const Chosen chosen(choice);
  EXPECT_THAT(chosen.slots, ElementsAre(0, -1));
  // It is still a choice, and the first one's weight stays.
  EXPECT_THAT(chosen.experts, ElementsAre(3, 2));
  EXPECT_THAT(chosen.weights, Pointwise(FloatNear(1e-6), {0.571429f, 0.428571f}));
}

TEST(ChooseExpertsTest, OfEqualExpertsTheFirstIsChosen) {
  const std::vector<float> logits(37, 1.0f);
  EXPECT_THAT(Chosen(TwoOf(logits, &kToken)).experts, ElementsAre(0, 1));
}

TEST(ChooseExpertsTest, WhatIsNotFiniteGivesNaNs) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    for (const int64_t position : {0, 35}) {
      std::vector<float> logits(36, 1.0f);
      logits[position] = bad;
      const Chosen chosen(TwoOf(logits, &kToken));
      EXPECT_THAT(chosen.probabilities, Each(IsNan()));
      EXPECT_THAT(chosen.weights, Each(IsNan()));
      EXPECT_NE(chosen.experts[0], chosen.experts[1]);
    }
  }
}

// f = a . weights + b . probabilities + c * log_total^2, for which differences give the gradient.
TEST(ChooseExpertsTest, TheGradientAgreesWithDifferences) {
  for (const int64_t per_token : {1, 3}) {
    std::vector<float> logits(19);
    for (int64_t i = 0; i < logits.size(); ++i) logits[i] = std::sin(i * i);
    std::vector<float> a = {1.5f, -2, 0.5f}, b(logits.size());
    for (int64_t i = 0; i < b.size(); ++i) b[i] = std::cos(3 * i);
    const float c = 0.25f;
    ExpertChoice choice = TwoOf(logits, &kToken);
    choice.experts_per_token = per_token;
    const auto value = [&] {
      const Chosen chosen(choice);
      double sum = c * chosen.log_total * chosen.log_total;
      for (int64_t j = 0; j < per_token; ++j) sum += a[j] * chosen.weights[j];
      for (int64_t i = 0; i < b.size(); ++i) sum += b[i] * chosen.probabilities[i];
      return sum;
    };
    const Chosen chosen(choice);
    const ChoiceGradient gradient = {chosen.probabilities.data(),
                                     &chosen.log_total,
                                     chosen.experts.data(),
                                     choice.experts,
                                     per_token,
                                     a.data(),
                                     b.data(),
                                     c};
    std::vector<float> of_logits(logits.size());
    ChooseExpertsGradient(gradient, 0, 1, of_logits.data());
    for (int64_t i = 0; i < logits.size(); ++i) {
      const float before = logits[i];
      logits[i] = before + 1e-2f;
      const double above = value();
      logits[i] = before - 1e-2f;
      const double below = value();
      logits[i] = before;
      EXPECT_NEAR(of_logits[i], (above - below) / 2e-2, 2e-3) << i;
    }
  }
}

TEST(ChooseExpertsTest, PaddingHasTheGradientZero) {
  const int32_t experts[] = {-1};
  std::vector<float> of_logits = {5, 5};
  const ChoiceGradient gradient = {nullptr, nullptr, experts, 2, 1, nullptr, nullptr, 1};
  ChooseExpertsGradient(gradient, 0, 1, of_logits.data());
  EXPECT_THAT(of_logits, Each(0));
}

}  // namespace
}  // namespace frazo::shard
