#include "core/detection/anchors/anchor_boxes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace frazo::detection {
namespace {

using boxes::Box;

// More would not fit in memory with their centres.
constexpr int64_t kMostAnchors = 100000;

absl::Status CheckLists(std::string_view path, const Anchors& config) {
  const std::pair<std::string_view, int64_t> lists[] = {
      {"x_offsets", config.x_offsets_size()}, {"y_offsets", config.y_offsets_size()},
      {"z_offsets", config.z_offsets_size()}, {"rotations", config.rotations_size()},
      {"sizes", config.sizes_size()},
  };
  int64_t anchors = 1;
  for (const auto& [name, elements] : lists) {
    if (elements == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ".", name, ": is empty; each centre needs at least one anchor"));
    }
    // Neither factor is so large that the product might overflow.
    anchors *= std::min(elements, kMostAnchors + 1);
    if (anchors > kMostAnchors) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": a centre has more than ",
                                                     kMostAnchors, " anchors; shorten a list"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckBox(std::string_view path, const Box& box) {
  if (IsProper(box)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": an anchor has the offset (", box.x, ", ", box.y, ", ", box.z, "), the size ",
      box.length, " x ", box.width, " x ", box.height, " and the rotation ", box.heading,
      "; expected finite numbers, and sizes above 0"));
}

}  // namespace

absl::StatusOr<AnchorBoxes> AnchorBoxes::Create(std::string_view path, const Anchors& config) {
  if (absl::Status status = CheckLists(path, config); !status.ok()) return status;
  std::vector<Box> boxes;
  for (const double x : config.x_offsets()) {
    for (const double y : config.y_offsets()) {
      for (const double z : config.z_offsets()) {
        for (const double rotation : config.rotations()) {
          for (const Anchors::Size& size : config.sizes()) {
            boxes.push_back({x, y, z, size.length(), size.width(), size.height(), rotation});
            absl::Status status = CheckBox(path, boxes.back());
            if (!status.ok()) return status;
          }
        }
      }
    }
  }
  return AnchorBoxes(std::move(boxes));
}

AnchorBoxes::AnchorBoxes(std::vector<Box> boxes) : boxes_(std::move(boxes)) {
  for (const Box& box : boxes_) {
    const double offset = std::hypot(box.x, box.y);
    reach_ = std::max(reach_, offset + std::hypot(box.length, box.width) / 2);
  }
}

Box AnchorBoxes::At(const points::Point& center, int64_t anchor) const {
  Box box = boxes_[anchor];
  box.x += center.x;
  box.y += center.y;
  box.z += center.z;
  return box;
}

}  // namespace frazo::detection
