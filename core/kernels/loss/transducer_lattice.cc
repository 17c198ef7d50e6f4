#include "core/kernels/loss/transducer_lattice.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace frazo::loss {
namespace {

constexpr double kImpossible = -std::numeric_limits<double>::infinity();
constexpr int32_t kNoLabel = -1;

// The logarithm of a sum of two probabilities, and the smaller one as a share of the larger one.
struct LogSum {
  double value;
  double ratio;
};

LogSum AddLogs(double a, double b) {
  if (a == kImpossible && b == kImpossible) return {kImpossible, 0};
  const double ratio = std::exp(-std::abs(a - b));
  return {std::max(a, b) + std::log1p(ratio), ratio};
}

// The logarithms of the probabilities of a node's two ways out.
struct Ways {
  double blank;
  double label;
};

// Computes the ways out of the nodes of a row.
class RowWays {
 public:
  explicit RowWays(const TransducerLattice& lattice)
      : lattice_(lattice), labels_(lattice.labels, lattice.labels + lattice.tokens) {
    // After the last token there is but the blank.
    labels_.push_back(kNoLabel);
    parts_.resize(labels_.size());
    ways_.resize(labels_.size());
  }

  // Reads the row's logits; for Parts().
  void Read(int64_t frame) {
    logits_ = lattice_.logits + frame * lattice_.row_size();
    Entropy(labels_.data()).Parts(0, labels_.size(), parts_.data());
    for (size_t u = 0; u < labels_.size(); ++u) {
      const RowPart& part = parts_[u];
      Set(u, {part.largest, part.log_total}, static_cast<double>(part.label_distance));
    }
  }

  // Does the same with totals that are known: it reads the logits of the ways only.
  void Read(int64_t frame, const RowTotal* totals) {
    logits_ = lattice_.logits + frame * lattice_.row_size();
    for (size_t u = 0; u < labels_.size(); ++u) {
      const double distance =
          labels_[u] == kNoLabel ? 0 : double{totals[u].largest} - Logit(u, labels_[u]);
      Set(u, totals[u], distance);
    }
  }

  const RowPart& part(int64_t u) const { return parts_[u]; }
  const Ways& operator[](int64_t u) const { return ways_[u]; }

 private:
  SmoothedCrossEntropy Entropy(const int32_t* labels) const {
    // With all_classes a row may lack a label.
    return {logits_, lattice_.classes, labels, /*smoothing=*/0, /*all_classes=*/lattice_.classes};
  }

  double Logit(int64_t u, int32_t label) const { return logits_[u * lattice_.classes + label]; }

  void Set(int64_t u, const RowTotal& total, double label_distance) {
    ways_[u].blank = Logit(u, lattice_.blank) - total.largest - total.log_total;
    ways_[u].label = labels_[u] == kNoLabel ? kImpossible : -label_distance - total.log_total;
  }

  const TransducerLattice& lattice_;
  const float* logits_ = nullptr;
  std::vector<int32_t> labels_;
  std::vector<RowPart> parts_;
  std::vector<Ways> ways_;
};

// What the loss gains from the two ways out of a node, as shares of the text's probability.
struct Shares {
  double blank;
  double label;
};

// Computes the logarithm of the probability of the rest of the text after a node (equation 17), and
// the shares.
//
// blank, label: that logarithm for each way. before: of the way to the node, over that of the text.
Shares LeaveNode(double blank, double label, double before, double* beta) {
  const LogSum sum = AddLogs(blank, label);
  *beta = sum.value;
  const double larger = std::exp(before + sum.value) / (1 + sum.ratio);
  const double smaller = larger * sum.ratio;
  return blank >= label ? Shares{larger, smaller} : Shares{smaller, larger};
}

}  // namespace

double TransducerLattice::Loss(RowTotal* totals, double* alphas) const {
  std::fill(totals, totals + all_frames * row_nodes, RowTotal{0, 0});
  std::fill(alphas, alphas + all_frames * row_nodes, 0.0);
  if (frames == 0) return tokens == 0 ? 0 : -kImpossible;
  RowWays ways(*this);
  // The logarithm of the probability of leaving each node of the last row by the blank.
  std::vector<double> from_before(tokens + 1, kImpossible);
  from_before[0] = 0;
  for (int64_t t = 0; t < frames; ++t) {
    ways.Read(t);
    double from_left = kImpossible;
    for (int64_t u = 0; u <= tokens; ++u) {
      const int64_t node = t * row_nodes + u;
      const double alpha = AddLogs(from_before[u], from_left).value;
      totals[node] = {ways.part(u).largest, ways.part(u).log_total};
      alphas[node] = alpha;
      from_before[u] = alpha + ways[u].blank;
      from_left = alpha + ways[u].label;
    }
  }
  return -from_before[tokens];
}

void TransducerLattice::Gradient(float slope, const RowTotal* totals, const double* alphas,
                                 float* gradient) const {
  std::fill(gradient + frames * row_size(), gradient + all_frames * row_size(), 0.0f);
  if (frames == 0) return;
  RowWays ways(*this);
  const int64_t last = (frames - 1) * row_nodes;
  ways.Read(frames - 1, totals + last);
  const double log_probability = alphas[last + tokens] + ways[tokens].blank;
  if (log_probability == kImpossible) {
    std::fill(gradient, gradient + frames * row_size(), 0.0f);
    return;
  }
  // With this the blank of the last node ends the text.
  std::vector<double> betas(tokens + 1, kImpossible);
  betas[tokens] = 0;
  std::vector<Shares> shares(tokens + 1);
  std::vector<float> slopes(tokens + 1);
  const std::vector<int32_t> no_labels(tokens + 1, kNoLabel);
  for (int64_t t = frames - 1; t >= 0; --t) {
    ways.Read(t, totals + t * row_nodes);
    double beta = kImpossible;
    for (int64_t u = tokens; u >= 0; --u) {
      shares[u] = LeaveNode(ways[u].blank + betas[u], ways[u].label + beta,
                            alphas[t * row_nodes + u] - log_probability, &beta);
      betas[u] = beta;
      slopes[u] = static_cast<float>(slope * (shares[u].blank + shares[u].label));
    }
    float* row = gradient + t * row_size();
    const SmoothedCrossEntropy entropy = {logits + t * row_size(), classes, no_labels.data(),
                                          /*smoothing=*/0, /*all_classes=*/classes};
    entropy.Gradient(0, tokens + 1, slopes.data(), totals + t * row_nodes, row);
    for (int64_t u = 0; u <= tokens; ++u) {
      row[u * classes + blank] -= static_cast<float>(slope * shares[u].blank);
      if (u < tokens) row[u * classes + labels[u]] -= static_cast<float>(slope * shares[u].label);
    }
    std::fill(row + (tokens + 1) * classes, row + row_size(), 0.0f);
  }
}

}  // namespace frazo::loss
