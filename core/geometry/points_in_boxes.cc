#include "core/geometry/points_in_boxes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <mutex>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/geometry/box_interior.h"
#include "core/status/status_macros.h"
#include "core/threads/row_turns.h"

namespace frazo::geometry {
namespace {

// So many that the start of a thread takes less time than its work.
constexpr int64_t kPointsPerTurn = 8192;
// Neighbours in a scan are mostly neighbours in space: the boxes away from all of so many points
// are left out together.
constexpr int64_t kPointsPerBlock = 128;

// The rectangle around points, as seen from above.
struct Extent {
  explicit Extent(absl::Span<const Point> points) {
    for (const Point& point : points) {
      if (!IsFinite(point)) continue;
      min_x = std::min(min_x, point.x);
      max_x = std::max(max_x, point.x);
      min_y = std::min(min_y, point.y);
      max_y = std::max(max_y, point.y);
    }
  }

  float min_x = std::numeric_limits<float>::infinity();
  float max_x = -std::numeric_limits<float>::infinity();
  float min_y = std::numeric_limits<float>::infinity();
  float max_y = -std::numeric_limits<float>::infinity();
};

// A box with the square around it.
class CulledBox {
 public:
  CulledBox(const Box& box, int32_t index)
      : interior_(box),
        x_(box.x),
        y_(box.y),
        // Wider than rounding can take away.
        reach_((1 + 1e-9) * std::hypot(box.length, box.width) / 2),
        index_(index) {}

  bool IsNear(const Extent& extent) const {
    return x_ + reach_ >= extent.min_x && x_ - reach_ <= extent.max_x &&
           y_ + reach_ >= extent.min_y && y_ - reach_ <= extent.max_y;
  }
  bool Contains(const Point& point) const { return interior_.Contains(point); }
  int32_t index() const { return index_; }

 private:
  BoxInterior interior_;
  double x_;
  double y_;
  double reach_;
  int32_t index_;
};

}  // namespace

absl::Status PointsInBoxes(absl::Span<const Point> points, absl::Span<const Box> boxes, int threads,
                           const BoxPoints& found) {
  FRAZO_RETURN_IF_ERROR(threads::CheckThreads(threads));
  if (found.counts.size() != boxes.size() || found.first_boxes.size() != points.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", found.counts.size(), " places for ", boxes.size(), " boxes and ",
                     found.first_boxes.size(), " for ", points.size(), " points"));
  }
  std::vector<CulledBox> proper;
  for (size_t i = 0; i < boxes.size(); ++i) {
    if (IsProper(boxes[i])) proper.emplace_back(boxes[i], static_cast<int32_t>(i));
  }
  std::fill(found.counts.begin(), found.counts.end(), 0);
  std::mutex mutex;
  threads::TakeRowTurns(points.size(), kPointsPerTurn, threads, [&](int64_t begin, int64_t end) {
    std::vector<int32_t> counts(boxes.size());
    std::vector<const CulledBox*> near;
    for (int64_t block = begin; block < end; block += kPointsPerBlock) {
      const int64_t block_end = std::min(end, block + kPointsPerBlock);
      const Extent extent(points.subspan(block, block_end - block));
      near.clear();
      for (const CulledBox& box : proper) {
        if (box.IsNear(extent)) near.push_back(&box);
      }
      for (int64_t i = block; i < block_end; ++i) {
        int32_t first = BoxPoints::kNone;
        for (const CulledBox* box : near) {
          if (!box->Contains(points[i])) continue;
          ++counts[box->index()];
          if (first == BoxPoints::kNone) first = box->index();
        }
        found.first_boxes[i] = first;
      }
    }
    const std::lock_guard lock(mutex);
    for (size_t k = 0; k < counts.size(); ++k) found.counts[k] += counts[k];
  });
  return absl::OkStatus();
}

}  // namespace frazo::geometry
