#include "core/points/neighbor_features.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/points/neighbor_grid.h"
#include "core/status/status_macros.h"
#include "core/threads/row_turns.h"

namespace frazo::points {
namespace {

// So many that the start of a thread takes less time than its work.
constexpr int64_t kCentersPerTurn = 64;

absl::Status CheckSizes(const FeaturedPoints& points, size_t centers, const NeighborChoice& choice,
                        const NeighborPlaces& places) {
  if (choice.count < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("count is ", choice.count, " but must be at least 0"));
  }
  const int64_t size = points.points.size();
  if (points.feature_count < 0 || points.stride < points.feature_count ||
      (size > 0 && points.feature_count > 0 &&
       static_cast<int64_t>(points.features.size()) <
           (size - 1) * points.stride + points.feature_count)) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", points.features.size(), " features in rows of ", points.stride,
                     " for ", size, " points with ", points.feature_count, " each"));
  }
  const size_t width = 3 + points.feature_count;
  if (places.features.size() != centers * choice.count * width || places.counts.size() != centers) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there are ", places.features.size(), " places for ", centers, " centres * ", choice.count,
        " neighbours * ", width, " numbers, and ", places.counts.size(), " counts"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status GatherNeighborFeatures(const FeaturedPoints& points, absl::Span<const Point> centers,
                                    const NeighborChoice& choice, int threads,
                                    const NeighborPlaces& places) {
  FRAZO_RETURN_IF_ERROR(CheckSizes(points, centers.size(), choice, places));
  FRAZO_ASSIGN_OR_RETURN(const NeighborGrid grid,
                         NeighborGrid::Create(points.points, {}, choice.radius));
  std::vector<int64_t> found(centers.size() * choice.count);
  const absl::Span<int64_t> indices = absl::MakeSpan(found);
  FRAZO_RETURN_IF_ERROR(
      choice.sampling == NeighborSampling::kClosest
          ? grid.FindClosest(centers, choice.count, threads, indices)
          : grid.FindUniform(centers, choice.count, choice.seed, threads, indices));
  const int64_t width = 3 + points.feature_count;
  threads::TakeRowTurns(centers.size(), kCentersPerTurn, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float* next = places.features.data() + i * choice.count * width;
      float* const row_end = next + choice.count * width;
      int32_t count = 0;
      for (const int64_t index : indices.subspan(i * choice.count, choice.count)) {
        if (index == NeighborGrid::kNone) break;
        const Point& point = points.points[index];
        *next++ = point.x - centers[i].x;
        *next++ = point.y - centers[i].y;
        *next++ = point.z - centers[i].z;
        next =
            std::copy_n(points.features.data() + index * points.stride, points.feature_count, next);
        ++count;
      }
      std::fill(next, row_end, 0.0f);
      places.counts[i] = count;
    }
  });
  return absl::OkStatus();
}

}  // namespace frazo::points
