#include "core/boxes/separate_boxes.h"

#include <algorithm>
#include <cstddef>

#include "core/boxes/box_iou.h"

namespace frazo::boxes {

std::vector<int64_t> SeparateBoxes(absl::Span<const Box> boxes, absl::Span<const Box> candidates,
                                   int64_t count) {
  std::vector<IouBox> taken_space(boxes.begin(), boxes.end());
  std::vector<int64_t> chosen;
  for (size_t i = 0; i < candidates.size() && static_cast<int64_t>(chosen.size()) < count; ++i) {
    if (!IsProper(candidates[i])) continue;
    const IouBox candidate(candidates[i]);
    if (std::any_of(taken_space.begin(), taken_space.end(),
                    [&](const IouBox& other) { return candidate.Meets(other); })) {
      continue;
    }
    taken_space.push_back(candidate);
    chosen.push_back(i);
  }
  return chosen;
}

}  // namespace frazo::boxes
