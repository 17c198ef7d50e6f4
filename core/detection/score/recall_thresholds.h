#ifndef FRAZO_CORE_DETECTION_SCORE_RECALL_THRESHOLDS_H_
#define FRAZO_CORE_DETECTION_SCORE_RECALL_THRESHOLDS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace frazo::detection::score {

// Returns the scores at which the recall comes closest to each of `recalls`, falling. Taking the
// best i scores finds i of `truths` objects. The last score is always among those returned, so
// there may be fewer than recalls, never more.
//
// KITTI's rule (evaluate_object.cpp, getThresholds). `scores` are those of the objects found, each
// finite, at most as many as truths. `recalls` rise from 0 to about 1.
std::vector<double> ThresholdsAtRecalls(std::vector<double> scores, int64_t truths,
                                        absl::Span<const double> recalls);

}  // namespace frazo::detection::score

#endif  // FRAZO_CORE_DETECTION_SCORE_RECALL_THRESHOLDS_H_
