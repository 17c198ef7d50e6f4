#ifndef FRAZO_CORE_DETECTION_SCORE_WAYMO_AVERAGE_PRECISION_H_
#define FRAZO_CORE_DETECTION_SCORE_WAYMO_AVERAGE_PRECISION_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/boxes/box.h"
#include "core/boxes/box_iou.h"

namespace frazo::detection::score {

// What an object is, by Waymo's numbers.
enum class WaymoLabel { kUnknown, kVehicle, kPedestrian, kSign, kCyclist };

// Vehicle, pedestrian and cyclist are scored, in this order.
constexpr int kWaymoClasses = 3;
// Level 1, and level 2, which includes it.
constexpr int kWaymoLevels = 2;
// Volumes, and areas seen from above.
constexpr int kWaymoViews = 2;
// Scores 0, 0.01 .. 1.
constexpr int kWaymoCutoffs = 101;

struct WaymoTruth {
  boxes::Box box;
  WaymoLabel label = WaymoLabel::kVehicle;
  // 1 or 2; a higher one for an object that nobody has to find.
  int level = 1;
};

struct WaymoDetection {
  boxes::Box box;
  WaymoLabel label = WaymoLabel::kVehicle;
  // From 0 to 1: those below 0 never count.
  double score = 0;
};

// The objects of one frame, and what was detected there.
struct WaymoScene {
  // For errors.
  std::string name;
  std::vector<WaymoTruth> truths;
  std::vector<WaymoDetection> detections;
};

// The score of one class, level and view.
struct WaymoScore {
  // Truths of this level or a lower one.
  int64_t truths = 0;
  // Average precision, and average precision weighted by heading; percent.
  double ap = 0;
  double aph = 0;
  // Shares from 0 to 1 among the detections of at least each cutoff, from the lowest cutoff up.
  std::vector<double> recalls;
  std::vector<double> precisions;
  // Precisions in which a hit counts 1 - |difference of headings| / pi.
  std::vector<double> heading_precisions;
};

// Average precision as Waymo's package counts it (Sun et al., "Scalability in perception for
// autonomous driving: Waymo open dataset", CVPR 2020, section 5).
//
// Known from the package's source (waymo_open_dataset/metrics, detection_metrics.cc, matcher.cc,
// metrics_utils.cc): at each cutoff the detections of at least that score (compared as float32) are
// matched with the truths of their class, of whatever level, so that the sum of IoUs of at least
// 0.7 (vehicles) or 0.5 is the largest. A matched detection is a hit at both levels, whatever the
// level of its truth; one without a match is a false positive; a truth without one is a miss at the
// levels not below its own. A heading weights precision, not recall. AreaUnderPrecisions() with
// steps of 0.05 makes the mean.
//
// The 101 cutoffs and those limits of IoU are those of its program compute_detection_metrics_main.
// python/frazo/detection_scores_test.py has figures that the package gives, which are ours. The
// package rounds IoUs before it adds them, so that matchings of nearly equal sums may differ. Left
// out: no-label zones, in which the package forgives false positives, and its breakdowns.
//
// Not thread-safe.
class WaymoAveragePrecision {
 public:
  // Error: kInvalidArgument, with the name of the scene, if a score is not finite, a label is none
  // or a level is below 1.
  absl::Status AddScene(const WaymoScene& scene);

  // Returns the scores of all scenes so far, at (class * 2 + level - 1) * 2 + view.
  std::vector<WaymoScore> Scores() const;

 private:
  // What all scenes have at one cutoff.
  struct Tally {
    int64_t hits = 0;
    int64_t false_positives = 0;
    double heading_sum = 0;
    std::array<int64_t, kWaymoLevels> misses = {};
  };

  class SceneOfClass;

  WaymoScore ScoreOf(int of_class, int level, int view) const;

  std::array<std::array<int64_t, kWaymoLevels>, kWaymoClasses> truths_ = {};
  std::array<std::array<std::array<Tally, kWaymoCutoffs>, kWaymoViews>, kWaymoClasses> tallies_ =
      {};
};

}  // namespace frazo::detection::score

#endif  // FRAZO_CORE_DETECTION_SCORE_WAYMO_AVERAGE_PRECISION_H_
