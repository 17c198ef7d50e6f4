#ifndef FRAZO_CORE_DETECTION_SCORE_RECALL_AREA_H_
#define FRAZO_CORE_DETECTION_SCORE_RECALL_AREA_H_

#include <vector>

namespace frazo::detection::score {

struct PrecisionRecall {
  double precision;
  double recall;
};

// Returns the area, from 0 to 1, under the best precision at each recall or a higher one, as
// Waymo's package takes it (waymo_open_dataset/metrics/metrics_utils.cc,
// ComputeMeanAveragePrecision): by trapezoids between the points. Between recalls that lie more
// than `max_step` apart the precision of the higher one holds down to one step above the lower one,
// so that a gap does not gain from its slope. Below the lowest recall its precision holds. Of
// points at one recall the best counts; points at recall 0 don't. 0 if there are no others.
// max_step > 0.
double AreaUnderPrecisions(std::vector<PrecisionRecall> points, double max_step);

}  // namespace frazo::detection::score

#endif  // FRAZO_CORE_DETECTION_SCORE_RECALL_AREA_H_
