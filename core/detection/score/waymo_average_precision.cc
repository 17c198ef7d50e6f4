#include "core/detection/score/waymo_average_precision.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "core/detection/score/heaviest_matching.h"
#include "core/detection/score/recall_area.h"
#include "core/status/status_macros.h"

namespace frazo::detection::score {
namespace {

using boxes::IouBox;
using boxes::IouView;

constexpr double kPi = 3.14159265358979323846;

// By class.
constexpr WaymoLabel kLabels[] = {WaymoLabel::kVehicle, WaymoLabel::kPedestrian,
                                  WaymoLabel::kCyclist};
constexpr double kMinIous[] = {0.7, 0.5, 0.5};
constexpr IouView kViews[] = {IouView::k3d, IouView::kBirdsEye};

constexpr double kMaxRecallStep = 0.05;

// A score of 0.7 reaches the cutoff 0.7, whichever type it had before.
float Cutoff(int i) { return static_cast<float>(i / (kWaymoCutoffs - 1.0)); }

double Ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

double HeadingAccuracy(double heading, double other) {
  // From -pi to pi.
  const double difference = std::remainder(heading - other, 2 * kPi);
  return std::clamp(1 - std::abs(difference) / kPi, 0.0, 1.0);
}

absl::Status CheckLabel(WaymoLabel label, const std::string& place) {
  if (label >= WaymoLabel::kUnknown && label <= WaymoLabel::kCyclist) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(place, " has the label ", static_cast<int>(label),
                                                 "; labels are 0 (unknown) to 4 (cyclist)"));
}

absl::Status Check(const WaymoScene& scene) {
  for (size_t i = 0; i < scene.truths.size(); ++i) {
    const std::string place = absl::StrCat("scene '", scene.name, "': truth ", i);
    FRAZO_RETURN_IF_ERROR(CheckLabel(scene.truths[i].label, place));
    if (scene.truths[i].level < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, " has the level ", scene.truths[i].level,
                       "; levels are 1 and 2, and higher ones for objects that don't count"));
    }
  }
  for (size_t j = 0; j < scene.detections.size(); ++j) {
    const std::string place = absl::StrCat("scene '", scene.name, "': detection ", j);
    FRAZO_RETURN_IF_ERROR(CheckLabel(scene.detections[j].label, place));
    if (!std::isfinite(scene.detections[j].score)) {
      return absl::InvalidArgumentError(absl::StrCat(
          place, " has the score ", scene.detections[j].score, ", but it must be finite"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

// A scene's objects of one class, and the pairs of them that overlap enough in one view.
class WaymoAveragePrecision::SceneOfClass {
 public:
  SceneOfClass(const WaymoScene& scene, int of_class) : min_iou_(kMinIous[of_class]) {
    for (const WaymoTruth& truth : scene.truths) {
      if (truth.label == kLabels[of_class]) truths_.push_back(&truth);
    }
    for (const WaymoDetection& detection : scene.detections) {
      if (detection.label == kLabels[of_class]) detections_.push_back(&detection);
    }
    // With the best first, each cutoff takes some from the front.
    std::stable_sort(
        detections_.begin(), detections_.end(),
        [](const WaymoDetection* a, const WaymoDetection* b) { return a->score > b->score; });
  }

  bool empty() const { return truths_.empty() && detections_.empty(); }

  int64_t CountTruths(int level) const {
    return std::count_if(truths_.begin(), truths_.end(),
                         [level](const WaymoTruth* truth) { return truth->level <= level; });
  }

  void AddTo(IouView view, std::array<Tally, kWaymoCutoffs>* tallies) const {
    const std::vector<WeightedPair> pairs = FindPairs(view);
    Tally tally = Count(0, {});
    size_t count = 0;
    size_t pair_count = 0;
    for (int i = kWaymoCutoffs - 1; i >= 0; --i) {
      const size_t previous = count;
      while (count < detections_.size() &&
             static_cast<float>(detections_[count]->score) >= Cutoff(i)) {
        ++count;
      }
      if (count > previous) {
        while (pair_count < pairs.size() && pairs[pair_count].row < static_cast<int64_t>(count)) {
          ++pair_count;
        }
        tally = Count(count, absl::MakeConstSpan(pairs).first(pair_count));
      }
      Add(tally, &(*tallies)[i]);
    }
  }

 private:
  // Returns the pairs in the order of detections, their rows.
  std::vector<WeightedPair> FindPairs(IouView view) const {
    std::vector<IouBox> truth_boxes;
    for (const WaymoTruth* truth : truths_) truth_boxes.emplace_back(truth->box);
    std::vector<WeightedPair> pairs;
    for (size_t j = 0; j < detections_.size(); ++j) {
      const IouBox box(detections_[j]->box);
      for (size_t i = 0; i < truths_.size(); ++i) {
        const double iou = box.Iou(truth_boxes[i], view);
        if (iou >= min_iou_) {
          pairs.push_back({static_cast<int32_t>(j), static_cast<int32_t>(i), iou});
        }
      }
    }
    return pairs;
  }

  // Counts the first `count` detections, which have these pairs.
  Tally Count(size_t count, absl::Span<const WeightedPair> pairs) const {
    const std::vector<int32_t> truth_of =
        HeaviestMatching(static_cast<int32_t>(count), static_cast<int32_t>(truths_.size()), pairs);
    Tally tally;
    std::vector<bool> is_found(truths_.size());
    for (size_t j = 0; j < count; ++j) {
      if (truth_of[j] < 0) {
        ++tally.false_positives;
        continue;
      }
      is_found[truth_of[j]] = true;
      ++tally.hits;
      tally.heading_sum +=
          HeadingAccuracy(detections_[j]->box.heading, truths_[truth_of[j]]->box.heading);
    }
    for (size_t i = 0; i < truths_.size(); ++i) {
      for (int level = 1; level <= kWaymoLevels; ++level) {
        tally.misses[level - 1] += !is_found[i] && truths_[i]->level <= level;
      }
    }
    return tally;
  }

  static void Add(const Tally& tally, Tally* sum) {
    sum->hits += tally.hits;
    sum->false_positives += tally.false_positives;
    sum->heading_sum += tally.heading_sum;
    for (int k = 0; k < kWaymoLevels; ++k) sum->misses[k] += tally.misses[k];
  }

  double min_iou_;
  std::vector<const WaymoTruth*> truths_;
  std::vector<const WaymoDetection*> detections_;
};

absl::Status WaymoAveragePrecision::AddScene(const WaymoScene& scene) {
  FRAZO_RETURN_IF_ERROR(Check(scene));
  for (int c = 0; c < kWaymoClasses; ++c) {
    const SceneOfClass of_class(scene, c);
    if (of_class.empty()) continue;
    for (int k = 0; k < kWaymoLevels; ++k) truths_[c][k] += of_class.CountTruths(k + 1);
    for (int view = 0; view < kWaymoViews; ++view) {
      of_class.AddTo(kViews[view], &tallies_[c][view]);
    }
  }
  return absl::OkStatus();
}

WaymoScore WaymoAveragePrecision::ScoreOf(int of_class, int level, int view) const {
  WaymoScore score;
  score.truths = truths_[of_class][level - 1];
  std::vector<PrecisionRecall> points;
  std::vector<PrecisionRecall> heading_points;
  for (const Tally& tally : tallies_[of_class][view]) {
    const int64_t detections = tally.hits + tally.false_positives;
    const double recall = Ratio(tally.hits, tally.hits + tally.misses[level - 1]);
    score.recalls.push_back(recall);
    score.precisions.push_back(Ratio(tally.hits, detections));
    score.heading_precisions.push_back(Ratio(tally.heading_sum, detections));
    points.push_back({score.precisions.back(), recall});
    heading_points.push_back({score.heading_precisions.back(), recall});
  }
  score.ap = 100 * AreaUnderPrecisions(points, kMaxRecallStep);
  score.aph = 100 * AreaUnderPrecisions(heading_points, kMaxRecallStep);
  return score;
}

std::vector<WaymoScore> WaymoAveragePrecision::Scores() const {
  std::vector<WaymoScore> scores;
  for (int c = 0; c < kWaymoClasses; ++c) {
    for (int level = 1; level <= kWaymoLevels; ++level) {
      for (int view = 0; view < kWaymoViews; ++view) scores.push_back(ScoreOf(c, level, view));
    }
  }
  return scores;
}

}  // namespace frazo::detection::score
