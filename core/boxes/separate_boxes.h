#ifndef FRAZO_CORE_BOXES_SEPARATE_BOXES_H_
#define FRAZO_CORE_BOXES_SEPARATE_BOXES_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/boxes/box.h"

namespace frazo::boxes {

// Returns the indices of at most `count` candidates, in their order, each of which meets, as seen
// from above, neither one of `boxes` nor a candidate that was taken before it. A box that is not
// proper meets nothing; such a candidate is not taken.
std::vector<int64_t> SeparateBoxes(absl::Span<const Box> boxes, absl::Span<const Box> candidates,
                                   int64_t count);

}  // namespace frazo::boxes

#endif  // FRAZO_CORE_BOXES_SEPARATE_BOXES_H_
