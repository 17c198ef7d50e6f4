#include "core/detection/score/lingvo_average_precision.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <numeric>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/boxes/box_iou.h"
#include "core/detection/score/recall_thresholds.h"
#include "core/status/status_macros.h"

namespace frazo::detection::score {
namespace {

using Ignore = LingvoTruth::Ignore;

constexpr int64_t kNobody = -1;

absl::Status Check(absl::Span<const LingvoDetection> detections, double min_iou, int points) {
  if (points < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", points, " points of recall; there must be at least 2"));
  }
  if (!(min_iou >= 0 && min_iou <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("min_iou is ", min_iou, " but must be from 0 to 1"));
  }
  for (size_t j = 0; j < detections.size(); ++j) {
    if (!std::isfinite(detections[j].score)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "detection ", j, " has the score ", detections[j].score, ", but it must be finite"));
    }
  }
  return absl::OkStatus();
}

// A pair of a truth and a detection that overlap enough.
struct Pair {
  int64_t truth;
  int64_t detection;
  double iou;
};

// Returns the pairs of an image in the order of truths, then of detections. `is_enough` tells of an
// overlap.
template <typename IsEnough>
std::vector<Pair> FindPairs(absl::Span<const LingvoTruth> truths,
                            absl::Span<const LingvoDetection> detections, IsEnough is_enough) {
  std::map<int64_t, std::vector<int64_t>> detections_of_image;
  std::vector<boxes::IouBox> boxes;
  for (size_t j = 0; j < detections.size(); ++j) {
    detections_of_image[detections[j].image].push_back(static_cast<int64_t>(j));
    boxes.emplace_back(detections[j].box);
  }
  std::vector<Pair> pairs;
  for (size_t i = 0; i < truths.size(); ++i) {
    const auto found = detections_of_image.find(truths[i].image);
    if (found == detections_of_image.end()) continue;
    const boxes::IouBox box(truths[i].box);
    for (const int64_t j : found->second) {
      const double iou = boxes[j].Iou(box, boxes::IouView::k3d);
      if (is_enough(iou)) pairs.push_back({static_cast<int64_t>(i), j, iou});
    }
  }
  return pairs;
}

// KITTI's choices as Lingvo has them.
class KittiChoices {
 public:
  KittiChoices(absl::Span<const LingvoTruth> truths, absl::Span<const LingvoDetection> detections,
               double min_iou)
      : truths_(truths),
        detections_(detections),
        pairs_(FindPairs(truths, detections, [&](double iou) { return iou > min_iou; })) {}

  // Sets truth_of_ from the choices among scores of at least `min_score`.
  void Choose(bool by_score, double min_score) {
    truth_of_.assign(detections_.size(), kNobody);
    for (size_t begin = 0, end; begin < pairs_.size(); begin = end) {
      const int64_t truth = pairs_[begin].truth;
      for (end = begin; end < pairs_.size() && pairs_[end].truth == truth;) ++end;
      if (truths_[truth].ignore == Ignore::kAll) continue;
      const Pair* best = nullptr;
      for (size_t k = begin; k < end; ++k) {
        const int64_t j = pairs_[k].detection;
        if (detections_[j].score < min_score || truth_of_[j] != kNobody) continue;
        if (best == nullptr || IsBetter(pairs_[k], *best, by_score)) best = &pairs_[k];
      }
      if (best != nullptr) truth_of_[best->detection] = truth;
    }
  }

  // Whether the detection found a truth, and both count.
  bool IsCountingHit(size_t detection) const {
    return truth_of_[detection] != kNobody && !detections_[detection].is_ignored &&
           truths_[truth_of_[detection]].ignore == Ignore::kNone;
  }

  // The precision among scores of at least `min_score`.
  double Precision(double min_score) {
    Choose(/*by_score=*/false, min_score);
    std::vector<bool> is_excused(detections_.size());
    for (const Pair& pair : pairs_) {
      if (truths_[pair.truth].ignore == Ignore::kAll) is_excused[pair.detection] = true;
    }
    int64_t hits = 0;
    int64_t total = 0;
    for (size_t j = 0; j < detections_.size(); ++j) {
      if (detections_[j].score < min_score || detections_[j].is_ignored) continue;
      const bool is_hit = IsCountingHit(j);
      hits += is_hit;
      total += is_hit || (truth_of_[j] == kNobody && !is_excused[j]);
    }
    return total == 0 ? 1 : static_cast<double>(hits) / total;
  }

  const std::vector<int64_t>& truth_of() const { return truth_of_; }

 private:
  bool IsBetter(const Pair& pair, const Pair& best, bool by_score) const {
    const LingvoDetection& detection = detections_[pair.detection];
    const LingvoDetection& best_detection = detections_[best.detection];
    if (by_score) return detection.score > best_detection.score;
    return !detection.is_ignored && (best_detection.is_ignored || pair.iou > best.iou);
  }

  absl::Span<const LingvoTruth> truths_;
  absl::Span<const LingvoDetection> detections_;
  std::vector<Pair> pairs_;
  // The truth that took each detection, or kNobody.
  std::vector<int64_t> truth_of_;
};

int64_t CountTruths(absl::Span<const LingvoTruth> truths) {
  return std::count_if(truths.begin(), truths.end(),
                       [](const LingvoTruth& truth) { return truth.ignore == Ignore::kNone; });
}

LingvoScore KittiScoreOf(absl::Span<const LingvoTruth> truths,
                         absl::Span<const LingvoDetection> detections, double min_iou, int points) {
  LingvoScore score;
  for (int i = 0; i < points; ++i) score.recalls.push_back(static_cast<double>(i) / (points - 1));
  KittiChoices choices(truths, detections, min_iou);
  choices.Choose(/*by_score=*/true, 0);
  std::vector<double> hit_scores;
  for (size_t j = 0; j < detections.size(); ++j) {
    score.hits.push_back(choices.truth_of()[j] != kNobody);
    if (choices.IsCountingHit(j)) hit_scores.push_back(detections[j].score);
  }
  double sum = 0;
  for (const double threshold :
       ThresholdsAtRecalls(hit_scores, CountTruths(truths), score.recalls)) {
    score.precisions.push_back(choices.Precision(threshold));
    sum += score.precisions.back();
  }
  score.average_precision = sum / points;
  score.precisions.resize(points, 0);
  // The maxima from the right come after the sum, as in Lingvo.
  for (int i = points - 1; i-- > 0;) {
    score.precisions[i] = std::max(score.precisions[i], score.precisions[i + 1]);
  }
  return score;
}

// Counts detections from the best score down, and notes precision and recall after each.
class VocCount {
 public:
  explicit VocCount(int64_t truths) : truths_(truths) {}

  void Add(bool is_hit) {
    hits_ += is_hit;
    ++total_;
    precisions_.push_back(static_cast<double>(hits_) / total_);
    recalls_.push_back(static_cast<double>(hits_) / truths_);
  }

  // The best precision at this recall or a higher one; 0 if it is never reached.
  double BestPrecision(double recall) const {
    double best = 0;
    for (size_t k = precisions_.size(); k-- > 0 && recalls_[k] >= recall - kRounding;) {
      best = std::max(best, precisions_[k]);
    }
    return best;
  }

 private:
  static constexpr double kRounding = 1e-9;

  int64_t truths_;
  int64_t hits_ = 0;
  int64_t total_ = 0;
  std::vector<double> precisions_;
  std::vector<double> recalls_;
};

VocCount CountByScore(absl::Span<const LingvoTruth> truths,
                      absl::Span<const LingvoDetection> detections, double min_iou) {
  std::vector<Pair> pairs =
      FindPairs(truths, detections, [&](double iou) { return iou > 0 && iou >= min_iou; });
  std::vector<std::vector<Pair>> pairs_of(detections.size());
  for (const Pair& pair : pairs) pairs_of[pair.detection].push_back(pair);
  std::vector<int64_t> order(detections.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return detections[a].score > detections[b].score; });
  VocCount count(CountTruths(truths));
  std::vector<bool> is_taken(truths.size());
  for (const int64_t j : order) {
    if (detections[j].is_ignored) continue;
    const Pair* best = nullptr;
    for (const Pair& pair : pairs_of[j]) {
      if (!is_taken[pair.truth] && (best == nullptr || pair.iou > best->iou)) best = &pair;
    }
    if (best == nullptr) {
      count.Add(false);
      continue;
    }
    const Ignore ignore = truths[best->truth].ignore;
    if (ignore != Ignore::kAll) is_taken[best->truth] = true;
    if (ignore == Ignore::kNone) count.Add(true);
  }
  return count;
}

LingvoScore VocScoreOf(absl::Span<const LingvoTruth> truths,
                       absl::Span<const LingvoDetection> detections, double min_iou, int points) {
  LingvoScore score;
  const VocCount count = CountByScore(truths, detections, min_iou);
  double sum = 0;
  for (int i = points; i >= 0; --i) {
    const double recall = static_cast<double>(i) / points;
    const double precision = count.BestPrecision(recall);
    sum += precision;
    if (i == 0) continue;
    score.precisions.push_back(precision);
    score.recalls.push_back(recall);
  }
  score.average_precision =
      CountTruths(truths) == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / (points + 1);
  return score;
}

}  // namespace

absl::StatusOr<LingvoScore> LingvoAveragePrecision(absl::Span<const LingvoTruth> truths,
                                                   absl::Span<const LingvoDetection> detections,
                                                   double min_iou, int points,
                                                   LingvoAlgorithm algorithm) {
  FRAZO_RETURN_IF_ERROR(Check(detections, min_iou, points));
  return algorithm == LingvoAlgorithm::kKitti ? KittiScoreOf(truths, detections, min_iou, points)
                                              : VocScoreOf(truths, detections, min_iou, points);
}

}  // namespace frazo::detection::score
