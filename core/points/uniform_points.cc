#include "core/points/uniform_points.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/numeric/random.h"
#include "core/points/candidate_points.h"
#include "core/status/status_macros.h"

namespace frazo::points {

absl::StatusOr<std::vector<int64_t>> UniformPoints(absl::Span<const Point> points,
                                                   absl::Span<const uint8_t> is_candidate,
                                                   int64_t count, uint64_t seed) {
  FRAZO_RETURN_IF_ERROR(CheckChoice("UniformPoints", points, is_candidate, count));
  std::vector<int64_t> candidates = CandidatePoints(points, is_candidate);
  const size_t drawn = std::min<size_t>(count, candidates.size());
  // The first steps of a shuffle.
  numeric::Random random({seed});
  for (size_t i = 0; i < drawn; ++i) {
    std::swap(candidates[i], candidates[i + random.Below(candidates.size() - i)]);
  }
  candidates.resize(drawn);
  return candidates;
}

}  // namespace frazo::points
