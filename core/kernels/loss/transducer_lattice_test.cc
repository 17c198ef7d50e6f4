#include "core/kernels/loss/transducer_lattice.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "core/kernels/loss/smoothed_cross_entropy.h"
#include "core/testing/test_variation.h"
#include "gtest/gtest.h"

namespace frazo::loss {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Sizes {
  int64_t frames;
  int64_t tokens;
  int64_t classes;
  // More than the utterance needs, as in a batch with longer ones.
  int64_t spare_frames = 0;
  int64_t spare_nodes = 0;

  int64_t row_nodes() const { return tokens + 1 + spare_nodes; }
  int64_t nodes() const { return (frames + spare_frames) * row_nodes(); }
};

struct Utterance {
  Sizes sizes;
  std::vector<float> logits;
  std::vector<int32_t> labels;
  int32_t blank;

  TransducerLattice Lattice() const {
    return {logits.data(), sizes.classes,     blank,        labels.data(),
            sizes.tokens,  sizes.row_nodes(), sizes.frames, sizes.frames + sizes.spare_frames};
  }
  int64_t Index(int64_t frame, int64_t node, int64_t of_class) const {
    return (frame * sizes.row_nodes() + node) * sizes.classes + of_class;
  }
};

Utterance RandomUtterance(const Sizes& sizes, int32_t blank, float scale, int seed) {
  std::mt19937 generator(TestSeed(seed));
  std::normal_distribution<float> normal(0, scale);
  Utterance utterance{sizes, std::vector<float>(sizes.nodes() * sizes.classes), {}, blank};
  for (float& logit : utterance.logits) logit = normal(generator);
  std::uniform_int_distribution<int32_t> other(0, sizes.classes - 2);
  for (int64_t u = 0; u < sizes.tokens; ++u) {
    const int32_t label = other(generator);
    utterance.labels.push_back(label < blank ? label : label + 1);
  }
  return utterance;
}

struct Outcome {
  double loss;
  std::vector<float> gradient;
};

Outcome Compute(const Utterance& utterance, float slope) {
  std::vector<RowTotal> totals(utterance.sizes.nodes());
  std::vector<double> alphas(utterance.sizes.nodes());
  TransducerLattice lattice = utterance.Lattice();
  Outcome outcome{lattice.Loss(totals.data(), alphas.data()), utterance.logits};
  // Writes the gradient over the logits.
  lattice.logits = outcome.gradient.data();
  lattice.Gradient(slope, totals.data(), alphas.data(), outcome.gradient.data());
  return outcome;
}

// The sum over all alignments and its gradient, one alignment after the other.
class AllAlignments {
 public:
  explicit AllAlignments(const Utterance& utterance) : utterance_(utterance) {
    const Sizes& sizes = utterance.sizes;
    softmax_.resize(utterance.logits.size());
    for (int64_t node = 0; node < sizes.nodes(); ++node) {
      double total = 0;
      const int64_t first = node * sizes.classes;
      for (int64_t c = 0; c < sizes.classes; ++c) total += std::exp(utterance.logits[first + c]);
      for (int64_t c = 0; c < sizes.classes; ++c) {
        softmax_[first + c] = std::exp(utterance.logits[first + c]) / total;
      }
    }
    of_logits_.resize(softmax_.size());
    Follow(0, 0, 1);
  }

  double loss() const { return -std::log(probability_); }
  // The derivative of the loss by a logit.
  double gradient(int64_t index) const { return -of_logits_[index] / probability_; }

 private:
  // Follows all alignments that begin with path_.
  void Follow(int64_t frame, int64_t node, double probability) {
    const Sizes& sizes = utterance_.sizes;
    if (frame == sizes.frames) {
      if (node == sizes.tokens) Add(probability);
      return;
    }
    Step(frame, node, utterance_.blank, frame + 1, node, probability);
    if (node < sizes.tokens) {
      Step(frame, node, utterance_.labels[node], frame, node + 1, probability);
    }
  }

  void Step(int64_t frame, int64_t node, int32_t of_class, int64_t next_frame, int64_t next_node,
            double probability) {
    const int64_t index = utterance_.Index(frame, node, of_class);
    path_.push_back(index);
    Follow(next_frame, next_node, probability * softmax_[index]);
    path_.pop_back();
  }

  void Add(double probability) {
    probability_ += probability;
    const int64_t classes = utterance_.sizes.classes;
    for (const int64_t index : path_) {
      for (int64_t c = 0; c < classes; ++c) {
        const int64_t other = index - index % classes + c;
        of_logits_[other] += probability * ((other == index ? 1 : 0) - softmax_[other]);
      }
    }
  }

  const Utterance& utterance_;
  std::vector<double> softmax_;
  std::vector<double> of_logits_;
  std::vector<int64_t> path_;
  double probability_ = 0;
};

TEST(TransducerLatticeTest, ByHand) {
  // Two frames, one token; all softmaxes are 1/2, 1/4, 1/4 over the token, another one, the blank.
  // Alignments: token, blank, blank and blank, token, blank, each 1/2 * 1/4 * 1/4.
  Utterance utterance{{2, 1, 3}, {}, {0}, 2};
  for (int node = 0; node < 4; ++node) {
    utterance.logits.insert(utterance.logits.end(), {std::log(2.0f), 0, 0});
  }
  const Outcome outcome = Compute(utterance, 10);
  EXPECT_NEAR(outcome.loss, std::log(16), 1e-6);
  // Half of the probability takes each way out of node (0, 0).
  EXPECT_NEAR(outcome.gradient[0], 10 * (0.5 - 0.5), 1e-6);
  EXPECT_NEAR(outcome.gradient[1], 10 * 0.25, 1e-6);
  EXPECT_NEAR(outcome.gradient[2], 10 * (0.25 - 0.5), 1e-6);
  // All of it passes node (1, 1), by the blank.
  EXPECT_NEAR(outcome.gradient[9], 10 * 0.5, 1e-6);
  EXPECT_NEAR(outcome.gradient[11], 10 * (0.25 - 1), 1e-6);
}

TEST(TransducerLatticeTest, IsTheSumOverAllAlignments) {
  int seed = 0;
  for (const Sizes& sizes : {Sizes{1, 0, 2}, Sizes{1, 3, 4}, Sizes{4, 0, 3}, Sizes{3, 2, 5},
                             Sizes{4, 4, 40}, Sizes{5, 3, 7, 2, 1}, Sizes{6, 5, 3, 0, 3}}) {
    for (const int32_t blank : {0, 1, static_cast<int32_t>(sizes.classes - 1)}) {
      for (const float scale : {0.5f, 4.0f}) {
        const Utterance utterance = RandomUtterance(sizes, blank, scale, ++seed);
        const AllAlignments expected(utterance);
        const Outcome outcome = Compute(utterance, -2);
        EXPECT_NEAR(outcome.loss, expected.loss(), 1e-6 * std::max(1.0, expected.loss())) << seed;
        for (size_t i = 0; i < outcome.gradient.size(); ++i) {
          ASSERT_NEAR(outcome.gradient[i], -2 * expected.gradient(i), 2e-6) << seed << ' ' << i;
        }
      }
    }
  }
}

TEST(TransducerLatticeTest, LongUtterancesLoseNothing) {
  // Where all softmaxes are equal, all alignments are: there are (frames - 1 + tokens over tokens).
  constexpr int64_t kFrames = 700, kTokens = 150, kClasses = 5;
  const Sizes sizes = {kFrames, kTokens, kClasses};
  const Utterance utterance{sizes, std::vector<float>(sizes.nodes() * kClasses, 3),
                            std::vector<int32_t>(kTokens, 1), 4};
  const Outcome outcome = Compute(utterance, 1);
  const double paths =
      std::lgamma(kFrames + kTokens) - std::lgamma(kFrames) - std::lgamma(kTokens + 1);
  EXPECT_NEAR(outcome.loss / ((kFrames + kTokens) * std::log(kClasses) - paths), 1, 1e-6);
  // Every alignment passes the first and the last node.
  EXPECT_NEAR(outcome.gradient[0], 0.2, 1e-5);
  EXPECT_NEAR(outcome.gradient[utterance.Index(kFrames - 1, kTokens, 4)], 0.2 - 1, 1e-5);
}

TEST(TransducerLatticeTest, WithoutFramesOnlyTheEmptyTextIsPossible) {
  Utterance utterance = RandomUtterance({0, 0, 3, 2}, 2, 1, 5);
  EXPECT_EQ(Compute(utterance, 1).loss, 0);
  for (const float value : Compute(utterance, 1).gradient) EXPECT_EQ(value, 0);
  utterance = RandomUtterance({0, 1, 3, 2}, 2, 1, 5);
  EXPECT_EQ(Compute(utterance, 1).loss, kInfinity);
  for (const float value : Compute(utterance, 1).gradient) EXPECT_EQ(value, 0);
}

TEST(TransducerLatticeTest, AClassThatIsRuledOutClosesItsWays) {
  Utterance utterance{{2, 1, 3}, std::vector<float>(12, 0), {0}, 2};
  utterance.logits[0] = -kInfinity;
  Outcome outcome = Compute(utterance, 1);
  // The blank has half of the first softmax, then come two thirds of a third.
  EXPECT_NEAR(outcome.loss, std::log(18), 1e-6);
  EXPECT_NEAR(outcome.gradient[0], 0, 1e-30);
  EXPECT_NEAR(outcome.gradient[2], 0.5 - 1, 1e-6);
  utterance.logits[2] = -kInfinity;
  outcome = Compute(utterance, 1);
  EXPECT_EQ(outcome.loss, kInfinity);
  for (const float value : outcome.gradient) EXPECT_EQ(value, 0);
}

TEST(TransducerLatticeTest, WhatIsNotANumberStaysSo) {
  for (const float odd : {std::numeric_limits<float>::quiet_NaN(), kInfinity}) {
    for (const int64_t node : {0, 3, 5}) {
      Utterance utterance = RandomUtterance({2, 2, 4}, 3, 1, 6);
      utterance.logits[node * 4 + 1] = odd;
      const Outcome outcome = Compute(utterance, 1);
      EXPECT_TRUE(std::isnan(outcome.loss)) << odd << ' ' << node;
      for (const float value : outcome.gradient) EXPECT_TRUE(std::isnan(value));
    }
  }
}

}  // namespace
}  // namespace frazo::loss
