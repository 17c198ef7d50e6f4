#include "core/boxes/points_in_boxes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <mutex>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/boxes/box_interior.h"
#include "core/status/status_macros.h"
#include "core/threads/row_turns.h"

namespace frazo::boxes {
namespace {

using points::Point;

// So many that the start of a thread takes less time than its work.
constexpr int64_t kPointsPerTurn = 8192;
// Neighbours in a scan are mostly neighbours in space: the boxes away from all of so many points
// are left out together, and boxes around all of them count them together.
constexpr int64_t kPointsPerBlock = 128;
// With more boxes than these it pays to sort the points of a turn, so that the blocks of a scan in
// whatever order are small.
constexpr size_t kFewBoxes = 64;

// The upright cuboid around points.
struct Extent {
  Extent(absl::Span<const Point> points, absl::Span<const int32_t> chosen) {
    for (const int32_t index : chosen) {
      const Point& point = points[index];
      least = {std::min(least.x, point.x), std::min(least.y, point.y), std::min(least.z, point.z)};
      most = {std::max(most.x, point.x), std::max(most.y, point.y), std::max(most.z, point.z)};
    }
  }

  static constexpr float kInfinity = std::numeric_limits<float>::infinity();
  Point least = {kInfinity, kInfinity, kInfinity};
  Point most = {-kInfinity, -kInfinity, -kInfinity};
};

// A box with the square around it.
class CulledBox {
 public:
  CulledBox(const Box& box, int32_t index)
      : interior_(box),
        inner_(Shrunk(box)),
        x_(box.x),
        y_(box.y),
        // Wider than rounding can take away.
        reach_((1 + kMargin) * std::hypot(box.length, box.width) / 2),
        index_(index) {}

  bool IsNear(const Extent& extent) const {
    return x_ + reach_ >= extent.least.x && x_ - reach_ <= extent.most.x &&
           y_ + reach_ >= extent.least.y && y_ - reach_ <= extent.most.y;
  }
  bool Contains(const Point& point) const { return interior_.Contains(point); }
  // Returns whether all points of the extent are inside. A box contains what lies between points
  // inside of it.
  bool ContainsAll(const Extent& extent) const {
    const auto& [least, most] = extent;
    for (const float x : {least.x, most.x}) {
      for (const float y : {least.y, most.y}) {
        if (!inner_.Contains({x, y, least.z}) || !inner_.Contains({x, y, most.z})) return false;
      }
    }
    return true;
  }
  int32_t index() const { return index_; }

 private:
  static constexpr double kMargin = 1e-9;

  // Smaller by more than rounding can add to a point between others.
  static Box Shrunk(Box box) {
    for (double* const size : {&box.length, &box.width, &box.height}) *size *= 1 - kMargin;
    return box;
  }

  BoxInterior interior_;
  BoxInterior inner_;
  double x_;
  double y_;
  double reach_;
  int32_t index_;
};

// Orders points so that those of a block are neighbours in space: halves of the longest side, and
// so on, as the leaves of a k-d tree (Bentley 1975).
void SortByPlace(absl::Span<const Point> points, absl::Span<int32_t> order) {
  const size_t blocks = order.size() / kPointsPerBlock;
  const size_t middle = (blocks + 1) / 2 * kPointsPerBlock;
  if (middle == 0 || middle >= order.size()) return;
  const Extent extent(points, order);
  const float x_side = extent.most.x - extent.least.x;
  const float y_side = extent.most.y - extent.least.y;
  const float z_side = extent.most.z - extent.least.z;
  const auto split = [&](float Point::* axis) {
    std::nth_element(order.begin(), order.begin() + middle, order.end(),
                     [&](int32_t a, int32_t b) { return points[a].*axis < points[b].*axis; });
  };
  split(x_side >= y_side && x_side >= z_side ? &Point::x
        : y_side >= z_side                   ? &Point::y
                                             : &Point::z);
  SortByPlace(points, order.first(middle));
  SortByPlace(points, order.subspan(middle));
}

std::vector<CulledBox> CullProper(absl::Span<const Box> boxes) {
  std::vector<CulledBox> proper;
  for (size_t i = 0; i < boxes.size(); ++i) {
    if (IsProper(boxes[i])) proper.emplace_back(boxes[i], static_cast<int32_t>(i));
  }
  return proper;
}

// Calls visit(block, box, contains_all) for blocks of the finite points begin .. end - 1 and the
// boxes near each, those of a block one after the other by rising index.
template <typename Visit>
void VisitBlocks(absl::Span<const Point> points, absl::Span<const CulledBox> boxes, int64_t begin,
                 int64_t end, Visit visit) {
  std::vector<int32_t> finite;
  finite.reserve(end - begin);
  for (int64_t i = begin; i < end; ++i) {
    if (IsFinite(points[i])) finite.push_back(static_cast<int32_t>(i));
  }
  const absl::Span<int32_t> order = absl::MakeSpan(finite);
  if (boxes.size() > kFewBoxes) SortByPlace(points, order);
  for (size_t first = 0; first < order.size(); first += kPointsPerBlock) {
    const absl::Span<const int32_t> block = order.subspan(first, kPointsPerBlock);
    const Extent extent(points, block);
    for (const CulledBox& box : boxes) {
      if (box.IsNear(extent)) visit(block, box, box.ContainsAll(extent));
    }
  }
}

}  // namespace

absl::Status PointsInBoxes(absl::Span<const Point> points, absl::Span<const Box> boxes, int threads,
                           const BoxPoints& found) {
  FRAZO_RETURN_IF_ERROR(threads::CheckThreads(threads));
  if (found.counts.size() != boxes.size() || found.first_boxes.size() != points.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", found.counts.size(), " places for ", boxes.size(), " boxes and ",
                     found.first_boxes.size(), " for ", points.size(), " points"));
  }
  const std::vector<CulledBox> proper = CullProper(boxes);
  std::fill(found.counts.begin(), found.counts.end(), 0);
  std::fill(found.first_boxes.begin(), found.first_boxes.end(), BoxPoints::kNone);
  std::mutex mutex;
  threads::TakeRowTurns(points.size(), kPointsPerTurn, threads, [&](int64_t begin, int64_t end) {
    std::vector<int32_t> counts(boxes.size());
    // The last block with a box around all of its points: each has its first box.
    const int32_t* with_boxes = nullptr;
    VisitBlocks(points, proper, begin, end,
                [&](absl::Span<const int32_t> block, const CulledBox& box, bool contains_all) {
                  if (contains_all && with_boxes == block.data()) {
                    counts[box.index()] += static_cast<int32_t>(block.size());
                    return;
                  }
                  for (const int32_t i : block) {
                    if (!contains_all && !box.Contains(points[i])) continue;
                    ++counts[box.index()];
                    int32_t& first = found.first_boxes[i];
                    if (first == BoxPoints::kNone) first = box.index();
                  }
                  if (contains_all) with_boxes = block.data();
                });
    const std::lock_guard lock(mutex);
    for (size_t k = 0; k < counts.size(); ++k) found.counts[k] += counts[k];
  });
  return absl::OkStatus();
}

absl::StatusOr<BoxCrops> CropBoxes(absl::Span<const Point> points, absl::Span<const Box> boxes,
                                   int threads) {
  FRAZO_RETURN_IF_ERROR(threads::CheckThreads(threads));
  const std::vector<CulledBox> proper = CullProper(boxes);
  // A box and a point inside of it.
  std::vector<std::pair<int32_t, int32_t>> pairs;
  std::mutex mutex;
  threads::TakeRowTurns(points.size(), kPointsPerTurn, threads, [&](int64_t begin, int64_t end) {
    std::vector<std::pair<int32_t, int32_t>> own;
    VisitBlocks(points, proper, begin, end,
                [&](absl::Span<const int32_t> block, const CulledBox& box, bool contains_all) {
                  for (const int32_t i : block) {
                    if (contains_all || box.Contains(points[i])) own.emplace_back(box.index(), i);
                  }
                });
    const std::lock_guard lock(mutex);
    pairs.insert(pairs.end(), own.begin(), own.end());
  });
  std::sort(pairs.begin(), pairs.end());
  BoxCrops crops;
  crops.ends.resize(boxes.size());
  crops.indices.reserve(pairs.size());
  for (const auto& [box, index] : pairs) {
    ++crops.ends[box];
    crops.indices.push_back(index);
  }
  std::partial_sum(crops.ends.begin(), crops.ends.end(), crops.ends.begin());
  return crops;
}

}  // namespace frazo::boxes
