#ifndef FRAZO_CORE_DETECTION_SCORE_LINGVO_AVERAGE_PRECISION_H_
#define FRAZO_CORE_DETECTION_SCORE_LINGVO_AVERAGE_PRECISION_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/boxes/box.h"

namespace frazo::detection::score {

struct LingvoTruth {
  enum class Ignore {
    // It counts.
    kNone,
    // It takes a detection, and neither counts.
    kOne,
    // No detection that overlaps it and that nobody took counts.
    kAll,
  };

  boxes::Box box;
  int64_t image = 0;
  Ignore ignore = Ignore::kNone;
};

struct LingvoDetection {
  boxes::Box box;
  int64_t image = 0;
  bool is_ignored = false;
  double score = 0;
};

enum class LingvoAlgorithm { kKitti, kVoc };

struct LingvoScore {
  // From 0 to 1. kVoc: NaN without truths that count.
  double average_precision = 0;
  // A value for each point. kKitti: by rising recall, precision the best at this recall or a higher
  // one. kVoc: by falling recall, down to 1 / points.
  std::vector<double> precisions;
  std::vector<double> recalls;
  // kKitti: whether a truth took each detection at the choice of thresholds. kVoc: empty.
  std::vector<bool> hits;
};

// Average precision by the rules of Lingvo's op AveragePrecision3D, so that figures can be compared
// with those of Lingvo; they are not the official ones of KITTI or of Pascal VOC.
//
// kKitti: the truths choose as in KittiMatching, for thresholds among the scores from 0 on,
// overlaps above `min_iou`. The mean is that of the raw precisions at the thresholds, summed over
// `points`, so that perfect detections of n < points objects have n / points; without detections
// that count a point's precision is 1. kVoc: detections choose by falling score among the truths
// that are left, overlaps of at least `min_iou`; the mean is that of the best precision from each
// of points + 1 recalls on.
//
// What Lingvo's text leaves open, decided here: kAll truths excuse by the same overlap that a match
// needs; kVoc leaves out detections that are ignored; equal scores keep their order.
//
// Error: kInvalidArgument unless points >= 2, min_iou is from 0 to 1, and all scores are finite.
absl::StatusOr<LingvoScore> LingvoAveragePrecision(absl::Span<const LingvoTruth> truths,
                                                   absl::Span<const LingvoDetection> detections,
                                                   double min_iou, int points,
                                                   LingvoAlgorithm algorithm);

}  // namespace frazo::detection::score

#endif  // FRAZO_CORE_DETECTION_SCORE_LINGVO_AVERAGE_PRECISION_H_
