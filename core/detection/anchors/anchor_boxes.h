#ifndef FRAZO_CORE_DETECTION_ANCHORS_ANCHOR_BOXES_H_
#define FRAZO_CORE_DETECTION_ANCHORS_ANCHOR_BOXES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/boxes/box.h"
#include "core/points/point.h"
#include "frazo/proto/anchors.pb.h"

namespace frazo::detection {

// The anchors of a centre: boxes that the outputs of a detector are relative to.
class AnchorBoxes {
 public:
  // `path` is the field path of the message, for errors. Error: kInvalidArgument for a list without
  // an element, for offsets and rotations that are not finite, and for boxes that are not proper.
  static absl::StatusOr<AnchorBoxes> Create(std::string_view path, const Anchors& config);

  // The number of anchors of a centre.
  int64_t size() const { return boxes_.size(); }

  // The anchors of a centre at the origin, in the order that the message defines.
  const std::vector<boxes::Box>& boxes() const { return boxes_; }

  // Returns an anchor of this centre.
  boxes::Box At(const points::Point& center, int64_t anchor) const;

  // No anchor reaches further from its centre, as seen from above; metres.
  double reach() const { return reach_; }

 private:
  explicit AnchorBoxes(std::vector<boxes::Box> boxes);

  std::vector<boxes::Box> boxes_;
  double reach_ = 0;
};

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_ANCHORS_ANCHOR_BOXES_H_
