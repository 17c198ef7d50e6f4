#ifndef FRAZO_CORE_POINTS_CANDIDATE_POINTS_H_
#define FRAZO_CORE_POINTS_CANDIDATE_POINTS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/points/point.h"

namespace frazo::points {

// Returns whether a point may be chosen: it is finite and, unless `is_candidate` is empty, has a
// nonzero number there, at its index.
inline bool IsCandidate(const Point& point, absl::Span<const uint8_t> is_candidate, size_t index) {
  return (is_candidate.empty() || is_candidate[index] != 0) && IsFinite(point);
}

// Returns the indices of the points that may be chosen, in their order.
std::vector<int64_t> CandidatePoints(absl::Span<const Point> points,
                                     absl::Span<const uint8_t> is_candidate);

// Error: kInvalidArgument unless `is_candidate` is empty or has a number for each point, and
// count >= 0. `caller` begins the message.
absl::Status CheckChoice(std::string_view caller, absl::Span<const Point> points,
                         absl::Span<const uint8_t> is_candidate, int64_t count);

}  // namespace frazo::points

#endif  // FRAZO_CORE_POINTS_CANDIDATE_POINTS_H_
