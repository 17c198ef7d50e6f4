#include "core/kernels/loss/smoothed_cross_entropy.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "core/testing/test_variation.h"
#include "gtest/gtest.h"

namespace frazo::loss {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Outcome {
  std::vector<float> losses;
  std::vector<float> gradient;
};

Outcome Compute(const std::vector<float>& logits, const std::vector<int32_t>& labels,
                float smoothing, const std::vector<float>& slopes) {
  const int64_t rows = labels.size();
  const SmoothedCrossEntropy entropy = {logits.data(), static_cast<int64_t>(logits.size()) / rows,
                                        labels.data(), smoothing};
  Outcome outcome{std::vector<float>(rows), logits};
  std::vector<RowTotal> totals(rows);
  entropy.Losses(0, rows / 2, outcome.losses.data(), totals.data());
  entropy.Losses(rows / 2, rows, outcome.losses.data(), totals.data());
  // Writes the gradient over the logits.
  SmoothedCrossEntropy in_place = entropy;
  in_place.logits = outcome.gradient.data();
  in_place.Gradient(0, rows, slopes.data(), totals.data(), outcome.gradient.data());
  return outcome;
}

TEST(SmoothedCrossEntropyTest, ByHand) {
  // Probabilities 1/2, 1/4, 1/4; targets 1/10, 1/10, 8/10.
  const Outcome outcome = Compute({std::log(2.0f), 0, 0}, {2}, 0.2f, {10});
  EXPECT_NEAR(outcome.losses[0], 0.1 * std::log(2) + 0.9 * std::log(4), 1e-6);
  EXPECT_NEAR(outcome.gradient[0], 5 - 1, 1e-5);
  EXPECT_NEAR(outcome.gradient[1], 2.5 - 1, 1e-5);
  EXPECT_NEAR(outcome.gradient[2], 2.5 - 8, 1e-5);
}

TEST(SmoothedCrossEntropyTest, IsTheDefinitionForAnyNumberOfClassesAndScale) {
  std::mt19937 generator(TestSeed(3));
  std::normal_distribution<float> normal;
  for (const int64_t classes : {2, 31, 32, 33, 1000}) {
    for (const float scale : {0.1f, 10.0f, 1e4f}) {
      std::vector<float> logits(2 * classes);
      for (float& logit : logits) logit = scale * normal(generator);
      const std::vector<int32_t> labels = {0, static_cast<int32_t>(classes - 1)};
      const Outcome outcome = Compute(logits, labels, 0.1f, {1, -2});
      for (int64_t row = 0; row < 2; ++row) {
        const float* of_row = &logits[row * classes];
        double largest = -kInfinity, total = 0, loss = 0;
        for (int64_t c = 0; c < classes; ++c) largest = std::max<double>(largest, of_row[c]);
        for (int64_t c = 0; c < classes; ++c) total += std::exp(of_row[c] - largest);
        for (int64_t c = 0; c < classes; ++c) {
          const double target = c == labels[row] ? 0.9 : 0.1 / (classes - 1);
          loss -= target * (of_row[c] - largest - std::log(total));
          const double slope = std::exp(of_row[c] - largest) / total - target;
          EXPECT_NEAR(outcome.gradient[row * classes + c], (row == 0 ? 1 : -2) * slope, 2e-6);
        }
        EXPECT_NEAR(outcome.losses[row] / loss, 1, 1e-5) << classes << ' ' << scale;
      }
    }
  }
}

TEST(SmoothedCrossEntropyTest, AClassThatIsRuledOutCostsNothingWithoutSmoothing) {
  const Outcome outcome = Compute({0, -kInfinity, 0}, {2}, 0, {1});
  EXPECT_NEAR(outcome.losses[0], std::log(2), 1e-6);
  EXPECT_NEAR(outcome.gradient[1], 0, 1e-30);
  EXPECT_EQ(Compute({0, -kInfinity, 0}, {2}, 0.1f, {1}).losses[0], kInfinity);
}

TEST(SmoothedCrossEntropyTest, WhatIsNotANumberStaysSo) {
  for (const float odd : {std::numeric_limits<float>::quiet_NaN(), kInfinity}) {
    for (const int64_t place : {0, 40}) {
      std::vector<float> logits(41);
      logits[place] = odd;
      const Outcome outcome = Compute(logits, {1}, 0, {1});
      EXPECT_TRUE(std::isnan(outcome.losses[0])) << odd << ' ' << place;
      for (const float slope : outcome.gradient) EXPECT_TRUE(std::isnan(slope));
    }
  }
}

TEST(SmoothedCrossEntropyTest, OneClassIsCertain) {
  const Outcome outcome = Compute({3}, {0}, 0, {1});
  EXPECT_NEAR(outcome.losses[0], 0, 1e-6);
  EXPECT_NEAR(outcome.gradient[0], 0, 1e-6);
}

// Two processes have 17 and 40 of 57 classes.
TEST(SmoothedCrossEntropyTest, ThePartsOfProcessesMakeTheLossOfAll) {
  constexpr int64_t kClasses = 57, kFirst = 17;
  constexpr float kSmoothing = 0.1f;
  std::mt19937 generator(TestSeed(4));
  std::normal_distribution<float> normal(0, 5);
  std::vector<float> logits(kClasses);
  for (float& logit : logits) logit = normal(generator);
  for (const int32_t label : {0, 16, 17, 56}) {
    const Outcome whole = Compute(logits, {label}, kSmoothing, {3});
    std::vector<RowPart> parts;
    float largest = -kInfinity;
    for (const int64_t first : {int64_t{0}, kFirst}) {
      const int64_t count = first == 0 ? kFirst : kClasses - kFirst;
      const auto own_label = static_cast<int32_t>(label - first);
      const SmoothedCrossEntropy entropy = {&logits[first], count, &own_label, kSmoothing,
                                            kClasses};
      entropy.Parts(0, 1, &parts.emplace_back());
      largest = std::max(largest, parts.back().largest);
      EXPECT_EQ(parts.back().label_distance != 0 || entropy.has_label(0), entropy.has_label(0));
    }
    double total = 0, distances = 0, label_distance = 0;
    for (int64_t i = 0; i < 2; ++i) {
      const double moved = largest - parts[i].largest;
      const int64_t count = i == 0 ? kFirst : kClasses - kFirst;
      total += std::exp(parts[i].log_total - moved);
      distances += parts[i].distances + count * moved;
      if ((label < kFirst) == (i == 0)) label_distance = parts[i].label_distance + moved;
    }
    const double other = kSmoothing / (kClasses - 1);
    const double loss =
        std::log(total) + (1 - kSmoothing - other) * label_distance + other * distances;
    EXPECT_NEAR(whole.losses[0] / loss, 1, 1e-5);
    const RowTotal of_all = {largest, static_cast<float>(std::log(total))};
    const float slope = 3;
    for (const int64_t first : {int64_t{0}, kFirst}) {
      const int64_t count = first == 0 ? kFirst : kClasses - kFirst;
      const auto own_label = static_cast<int32_t>(label - first);
      std::vector<float> gradient(count);
      const SmoothedCrossEntropy entropy = {&logits[first], count, &own_label, kSmoothing,
                                            kClasses};
      entropy.Gradient(0, 1, &slope, &of_all, gradient.data());
      for (int64_t c = 0; c < count; ++c) {
        EXPECT_NEAR(gradient[c], whole.gradient[first + c], 2e-6) << label << ' ' << first + c;
      }
    }
  }
}

}  // namespace
}  // namespace frazo::loss
