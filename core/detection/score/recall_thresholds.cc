#include "core/detection/score/recall_thresholds.h"

#include <algorithm>
#include <cstddef>
#include <functional>

namespace frazo::detection::score {

std::vector<double> ThresholdsAtRecalls(std::vector<double> scores, int64_t truths,
                                        absl::Span<const double> recalls) {
  std::sort(scores.begin(), scores.end(), std::greater<>());
  std::vector<double> thresholds;
  for (size_t i = 0; i < scores.size() && thresholds.size() < recalls.size(); ++i) {
    const double wanted = recalls[thresholds.size()];
    const double reached = static_cast<double>(i + 1) / truths;
    const double next = static_cast<double>(i + 2) / truths;
    // The next score comes closer.
    if (i + 1 < scores.size() && next - wanted < wanted - reached) continue;
    thresholds.push_back(scores[i]);
  }
  return thresholds;
}

}  // namespace frazo::detection::score
