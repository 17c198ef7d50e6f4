#ifndef FRAZO_CORE_DETECTION_SCORE_KITTI_AVERAGE_PRECISION_H_
#define FRAZO_CORE_DETECTION_SCORE_KITTI_AVERAGE_PRECISION_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/detection/score/kitti_matching.h"
#include "core/detection/score/kitti_scene.h"

namespace frazo::detection::score {

// Recalls 0, 1/40 .. 1.
constexpr int kKittiRecallPoints = 41;

constexpr int kCalibrationBins = 15;

// Detections of nearby scores: bin i holds those from i / 15 to (i + 1) / 15, the first and last
// also those beyond.
struct CalibrationBin {
  int64_t detections = 0;
  int64_t hits = 0;
  double score_sum = 0;
};

// The score of one class, difficulty and view.
struct KittiScore {
  // Truths that count.
  int64_t truths = 0;
  // Fewer truths than points of recall: the kit leaves the other points at 0, so that even perfect
  // detections have truths / 41 or so.
  bool has_few_truths = false;

  // Average precisions, percent: the mean over the recalls 0, 0.1 .. 1, and over 1/40, 2/40 .. 1.
  double ap_11 = 0;
  double ap_40 = 0;
  // Average orientation similarities, percent, likewise. NaN except in the image, and there if a
  // detection's alpha is unknown.
  double aos_11 = 0;
  double aos_40 = 0;

  // For each point of recall that is reached, at most 41, in the order of rising recall: the lowest
  // score that counts there, the recall, precision, and orientation similarity (shares from 0 to
  // 1). Precision and similarity are the best at this recall or a higher one.
  std::vector<double> thresholds;
  std::vector<double> recalls;
  std::vector<double> precisions;
  std::vector<double> similarities;

  // All detections that are hits or false positives.
  std::array<CalibrationBin, kCalibrationBins> calibration = {};
};

// Average precision and orientation similarity, as KITTI's official kit counts them (Geiger, Lenz
// and Urtasun, "Are we ready for autonomous driving?", CVPR 2012; 40 points since Simonelli et al.,
// "Disentangling monocular 3D object detection", ICCV 2019). KittiMatching has the rules of who
// finds whom. For each of up to 41 thresholds the precision among detections of at least that score
// is taken, then the largest at that recall or a higher one; points that are never reached have 0.
// A point without hits and false positives has 0; the kit divides by 0 there.
//
// Not thread-safe.
class KittiAveragePrecision {
 public:
  // Error: as CheckKittiScene().
  absl::Status AddScene(const KittiScene& scene);

  // Returns the scores of all scenes so far, at (class * 3 + difficulty) * 3 + view. `threads`
  // counts the calling one; the result does not depend on it. Error: kInvalidArgument unless
  // threads >= 1.
  absl::StatusOr<std::vector<KittiScore>> Scores(int threads) const;

 private:
  KittiScore ScoreOf(int of_class, KittiDifficulty difficulty, KittiView view) const;

  std::array<std::vector<KittiMatching>, kKittiClasses> matchings_;
  bool has_unknown_alpha_ = false;
};

}  // namespace frazo::detection::score

#endif  // FRAZO_CORE_DETECTION_SCORE_KITTI_AVERAGE_PRECISION_H_
