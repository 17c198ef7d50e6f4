#include "core/detection/score/kitti_matching.h"

#include <cmath>
#include <cstddef>

#include "core/boxes/box_iou.h"
#include "core/detection/scene/kitti_difficulty.h"

namespace frazo::detection::score {
namespace {

using boxes::IouBox;
using boxes::IouView;

// By class, in all views.
constexpr double kMinOverlaps[] = {0.7, 0.5, 0.5};
constexpr KittiLabel kLabels[] = {KittiLabel::kCar, KittiLabel::kPedestrian, KittiLabel::kCyclist};
// Cyclists have no neighbours but themselves.
constexpr KittiLabel kNeighbours[] = {KittiLabel::kVan, KittiLabel::kPersonSitting,
                                      KittiLabel::kCyclist};

double Height(const ImageBox& box) { return box.y_max - box.y_min; }

bool IsTooHard(const KittiTruth& truth, int difficulty) {
  const KittiLimits& limits = kKittiLimits[difficulty];
  // A height at the limit is too small here, but not in KittiDifficultyOf(): the kit differs from
  // the benchmark's text.
  return truth.occlusion > limits.max_occlusion || truth.truncation > limits.max_truncation ||
         Height(truth.image_box) <= limits.min_height;
}

bool LiesInDontCareArea(const KittiDetection& detection, const KittiScene& scene,
                        double min_share) {
  for (const KittiTruth& truth : scene.truths) {
    if (truth.label == KittiLabel::kDontCare &&
        CoveredShare(detection.image_box, truth.image_box) > min_share) {
      return true;
    }
  }
  return false;
}

}  // namespace

KittiMatching::KittiMatching(const KittiScene& scene, KittiClass of_class) {
  std::vector<int32_t> kept_truths;
  std::vector<int32_t> kept_detections;
  AddTruths(scene, of_class, &kept_truths);
  AddDetections(scene, of_class, &kept_detections);
  AddCandidates(scene, of_class, kept_truths, kept_detections);
}

void KittiMatching::AddTruths(const KittiScene& scene, KittiClass of_class,
                              std::vector<int32_t>* kept) {
  const int c = static_cast<int>(of_class);
  for (size_t i = 0; i < scene.truths.size(); ++i) {
    const KittiTruth& truth = scene.truths[i];
    if (truth.label != kLabels[c] && truth.label != kNeighbours[c]) continue;
    Truth added{truth.alpha, {}};
    for (int d = 0; d < kKittiDifficulties; ++d) {
      const bool is_ignored = truth.label != kLabels[c] || IsTooHard(truth, d);
      added.standings[d] = is_ignored ? Standing::kIgnored : Standing::kCounts;
    }
    truths_.push_back(added);
    kept->push_back(static_cast<int32_t>(i));
  }
}

void KittiMatching::AddDetections(const KittiScene& scene, KittiClass of_class,
                                  std::vector<int32_t>* kept) {
  const int c = static_cast<int>(of_class);
  for (size_t i = 0; i < scene.detections.size(); ++i) {
    const KittiDetection& detection = scene.detections[i];
    const bool is_of_class = detection.label == kLabels[c];
    const double height = std::floor(Height(detection.image_box));
    // The easy ones are the highest.
    if (!is_of_class && height >= kKittiLimits[0].min_height) continue;
    Detection added{detection.score,
                    detection.alpha,
                    is_of_class && LiesInDontCareArea(detection, scene, kMinOverlaps[c]),
                    {}};
    for (int d = 0; d < kKittiDifficulties; ++d) {
      added.standings[d] = height < kKittiLimits[d].min_height ? Standing::kIgnored
                           : is_of_class                       ? Standing::kCounts
                                                               : Standing::kAbsent;
    }
    detections_.push_back(added);
    kept->push_back(static_cast<int32_t>(i));
  }
}

void KittiMatching::AddCandidates(const KittiScene& scene, KittiClass of_class,
                                  const std::vector<int32_t>& kept_truths,
                                  const std::vector<int32_t>& kept_detections) {
  const double min_overlap = kMinOverlaps[static_cast<int>(of_class)];
  std::vector<IouBox> detection_boxes;
  for (const int32_t j : kept_detections) detection_boxes.emplace_back(scene.detections[j].box);
  for (Candidates& candidates : candidates_) candidates.begins = {0};
  for (const int32_t i : kept_truths) {
    const KittiTruth& truth = scene.truths[i];
    const IouBox truth_box(truth.box);
    for (int32_t j = 0; j < static_cast<int32_t>(kept_detections.size()); ++j) {
      const ImageBox& image_box = scene.detections[kept_detections[j]].image_box;
      const IouBox& box = detection_boxes[j];
      const double overlaps[] = {ImageIou(image_box, truth.image_box),
                                 box.Iou(truth_box, IouView::kBirdsEye),
                                 box.Iou(truth_box, IouView::k3d)};
      for (int view = 0; view < kKittiViews; ++view) {
        if (overlaps[view] > min_overlap) candidates_[view].all.push_back({j, overlaps[view]});
      }
    }
    for (Candidates& candidates : candidates_) {
      candidates.begins.push_back(static_cast<int32_t>(candidates.all.size()));
    }
  }
}

int64_t KittiMatching::CountTruths(KittiDifficulty difficulty) const {
  int64_t count = 0;
  for (const Truth& truth : truths_) {
    count += truth.standings[static_cast<int>(difficulty)] == Standing::kCounts;
  }
  return count;
}

void KittiMatching::Assign(KittiView view, KittiDifficulty difficulty, Choice choice,
                           double min_score, Assignment* assignment) const {
  const int d = static_cast<int>(difficulty);
  assignment->hits.clear();
  assignment->misses = 0;
  // kFalsePositive stands for one that is still free, until all have chosen.
  std::vector<Outcome>& outcomes = assignment->outcomes;
  outcomes.assign(detections_.size(), Outcome::kFalsePositive);
  for (int32_t i = 0; i < static_cast<int32_t>(truths_.size()); ++i) {
    const bool counts = truths_[i].standings[d] == Standing::kCounts;
    const int32_t chosen = Choose(i, view, d, choice, min_score, outcomes);
    if (chosen < 0) {
      assignment->misses += counts;
    } else if (counts && detections_[chosen].standings[d] == Standing::kCounts) {
      outcomes[chosen] = Outcome::kHit;
      assignment->hits.emplace_back(i, chosen);
    } else {
      outcomes[chosen] = Outcome::kIgnored;
    }
  }
  for (size_t j = 0; j < detections_.size(); ++j) {
    const Detection& detection = detections_[j];
    if (outcomes[j] == Outcome::kFalsePositive &&
        (detection.standings[d] != Standing::kCounts || detection.score < min_score ||
         (view == KittiView::kImage && detection.is_in_dont_care_area))) {
      outcomes[j] = Outcome::kIgnored;
    }
  }
}

int32_t KittiMatching::Choose(int32_t truth, KittiView view, int difficulty, Choice choice,
                              double min_score, const std::vector<Outcome>& outcomes) const {
  const Candidates& candidates = candidates_[static_cast<int>(view)];
  const Candidate* best = nullptr;
  for (int32_t k = candidates.begins[truth]; k < candidates.begins[truth + 1]; ++k) {
    const Candidate& candidate = candidates.all[k];
    const Detection& detection = detections_[candidate.detection];
    const Standing standing = detection.standings[difficulty];
    if (standing == Standing::kAbsent || detection.score < min_score ||
        outcomes[candidate.detection] != Outcome::kFalsePositive) {
      continue;
    }
    if (best == nullptr) {
      best = &candidate;
      continue;
    }
    const Detection& best_detection = detections_[best->detection];
    const bool is_better = choice == Choice::kHighestScore
                               ? detection.score > best_detection.score
                               : standing == Standing::kCounts &&
                                     (best_detection.standings[difficulty] == Standing::kIgnored ||
                                      candidate.overlap > best->overlap);
    if (is_better) best = &candidate;
  }
  return best == nullptr ? -1 : best->detection;
}

double KittiMatching::OrientationSimilarity(int32_t truth, int32_t detection) const {
  return (1 + std::cos(truths_[truth].alpha - detections_[detection].alpha)) / 2;
}

}  // namespace frazo::detection::score
