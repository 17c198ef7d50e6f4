#include "core/detection/score/kitti_average_precision.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "core/detection/score/recall_thresholds.h"
#include "core/status/status_macros.h"
#include "core/threads/row_turns.h"

namespace frazo::detection::score {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// The recalls of the points, added up as the kit does: ties depend on the last bits.
std::vector<double> RecallsOfPoints() {
  std::vector<double> recalls;
  double recall = 0;
  for (int i = 0; i < kKittiRecallPoints; ++i) {
    recalls.push_back(recall);
    recall += 1.0 / (kKittiRecallPoints - 1.0);
  }
  return recalls;
}

double Ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

// Lifts each value to the largest from it on.
void TakeMaximaFromTheRight(std::vector<double>* values) {
  for (size_t i = values->size(); i-- > 1;) {
    (*values)[i - 1] = std::max((*values)[i - 1], (*values)[i]);
  }
}

// Returns the mean in percent of the values at every `step`-th point from `first` on; points past
// the values have 0.
double MeanOfPoints(const std::vector<double>& values, int first, int step) {
  double sum = 0;
  int points = 0;
  for (int i = first; i < kKittiRecallPoints; i += step, ++points) {
    if (static_cast<size_t>(i) < values.size()) sum += values[i];
  }
  return 100 * sum / points;
}

void AddToCalibration(double score, bool is_hit,
                      std::array<CalibrationBin, kCalibrationBins>* bins) {
  const double bin = std::floor(std::clamp(score, 0.0, 1.0) * kCalibrationBins);
  CalibrationBin& added = (*bins)[std::min(static_cast<int>(bin), kCalibrationBins - 1)];
  ++added.detections;
  added.hits += is_hit;
  added.score_sum += score;
}

// Counts the detections of all scenes in one view.
class Counter {
 public:
  Counter(const std::vector<KittiMatching>& matchings, KittiDifficulty difficulty, KittiView view)
      : matchings_(matchings), difficulty_(difficulty), view_(view) {}

  std::vector<double> ScoresOfHits() {
    std::vector<double> scores;
    for (const KittiMatching& matching : matchings_) {
      matching.Assign(view_, difficulty_, KittiMatching::Choice::kHighestScore,
                      -std::numeric_limits<double>::infinity(), &assignment_);
      for (const auto& [truth, detection] : assignment_.hits) {
        scores.push_back(matching.score(detection));
      }
    }
    return scores;
  }

  void AddPoint(double threshold, KittiScore* score) {
    int64_t hits = 0;
    int64_t misses = 0;
    int64_t false_positives = 0;
    double similarity = 0;
    for (const KittiMatching& matching : matchings_) {
      Assign(matching, threshold);
      hits += assignment_.hits.size();
      misses += assignment_.misses;
      false_positives += std::count(assignment_.outcomes.begin(), assignment_.outcomes.end(),
                                    KittiMatching::Outcome::kFalsePositive);
      if (view_ != KittiView::kImage) continue;
      for (const auto& [truth, detection] : assignment_.hits) {
        similarity += matching.OrientationSimilarity(truth, detection);
      }
    }
    score->thresholds.push_back(threshold);
    score->recalls.push_back(Ratio(hits, hits + misses));
    score->precisions.push_back(Ratio(hits, hits + false_positives));
    score->similarities.push_back(Ratio(similarity, hits + false_positives));
  }

  void FillCalibration(KittiScore* score) {
    for (const KittiMatching& matching : matchings_) {
      Assign(matching, -std::numeric_limits<double>::infinity());
      for (size_t j = 0; j < assignment_.outcomes.size(); ++j) {
        const KittiMatching::Outcome outcome = assignment_.outcomes[j];
        if (outcome == KittiMatching::Outcome::kIgnored) continue;
        AddToCalibration(matching.score(j), outcome == KittiMatching::Outcome::kHit,
                         &score->calibration);
      }
    }
  }

 private:
  void Assign(const KittiMatching& matching, double min_score) {
    matching.Assign(view_, difficulty_, KittiMatching::Choice::kGreatestOverlap, min_score,
                    &assignment_);
  }

  const std::vector<KittiMatching>& matchings_;
  const KittiDifficulty difficulty_;
  const KittiView view_;
  KittiMatching::Assignment assignment_;
};

}  // namespace

absl::Status KittiAveragePrecision::AddScene(const KittiScene& scene) {
  FRAZO_RETURN_IF_ERROR(CheckKittiScene(scene));
  for (int c = 0; c < kKittiClasses; ++c) {
    KittiMatching matching(scene, static_cast<KittiClass>(c));
    if (!matching.empty()) matchings_[c].push_back(std::move(matching));
  }
  for (const KittiDetection& detection : scene.detections) {
    if (detection.alpha == kUnknownAlpha) has_unknown_alpha_ = true;
  }
  return absl::OkStatus();
}

KittiScore KittiAveragePrecision::ScoreOf(int of_class, KittiDifficulty difficulty,
                                          KittiView view) const {
  KittiScore score;
  for (const KittiMatching& matching : matchings_[of_class]) {
    score.truths += matching.CountTruths(difficulty);
  }
  score.has_few_truths = score.truths < kKittiRecallPoints;
  Counter counter(matchings_[of_class], difficulty, view);
  for (const double threshold :
       ThresholdsAtRecalls(counter.ScoresOfHits(), score.truths, RecallsOfPoints())) {
    counter.AddPoint(threshold, &score);
  }
  counter.FillCalibration(&score);
  TakeMaximaFromTheRight(&score.precisions);
  TakeMaximaFromTheRight(&score.similarities);
  score.ap_11 = MeanOfPoints(score.precisions, 0, 4);
  score.ap_40 = MeanOfPoints(score.precisions, 1, 1);
  if (view == KittiView::kImage && !has_unknown_alpha_) {
    score.aos_11 = MeanOfPoints(score.similarities, 0, 4);
    score.aos_40 = MeanOfPoints(score.similarities, 1, 1);
  } else {
    score.aos_11 = score.aos_40 = kNan;
    std::fill(score.similarities.begin(), score.similarities.end(), kNan);
  }
  return score;
}

absl::StatusOr<std::vector<KittiScore>> KittiAveragePrecision::Scores(int threads) const {
  FRAZO_RETURN_IF_ERROR(threads::CheckThreads(threads));
  constexpr int64_t kScores = kKittiClasses * kKittiDifficulties * kKittiViews;
  std::vector<KittiScore> scores(kScores);
  threads::TakeRowTurns(kScores, 1, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      scores[i] = ScoreOf(static_cast<int>(i / (kKittiDifficulties * kKittiViews)),
                          static_cast<KittiDifficulty>(i / kKittiViews % kKittiDifficulties),
                          static_cast<KittiView>(i % kKittiViews));
    }
  });
  return scores;
}

}  // namespace frazo::detection::score
