#include "core/detection/score/recall_area.h"

#include <algorithm>

namespace frazo::detection::score {
namespace {

// What a gap may exceed a step by rounding.
constexpr double kRounding = 1e-6;

}  // namespace

double AreaUnderPrecisions(std::vector<PrecisionRecall> points, double max_step) {
  std::sort(points.begin(), points.end(), [](const PrecisionRecall& a, const PrecisionRecall& b) {
    return a.recall != b.recall ? a.recall > b.recall : a.precision > b.precision;
  });
  double area = 0;
  double recall = 0;
  double best = 0;
  bool is_first = true;
  for (const PrecisionRecall& point : points) {
    if (point.recall <= 0) break;
    if (!is_first) {
      while (recall - point.recall > max_step + kRounding) {
        recall -= max_step;
        area += max_step * best;
      }
      const double higher = std::max(best, point.precision);
      area += (recall - point.recall) * (best + higher) / 2;
    }
    best = std::max(best, point.precision);
    recall = point.recall;
    is_first = false;
  }
  return area + recall * best;
}

}  // namespace frazo::detection::score
