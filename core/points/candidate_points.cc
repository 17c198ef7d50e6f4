#include "core/points/candidate_points.h"

#include <cstddef>

#include "absl/strings/str_cat.h"

namespace frazo::points {

std::vector<int64_t> CandidatePoints(absl::Span<const Point> points,
                                     absl::Span<const uint8_t> is_candidate) {
  std::vector<int64_t> candidates;
  candidates.reserve(points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    if (IsCandidate(points[i], is_candidate, i)) candidates.push_back(i);
  }
  return candidates;
}

absl::Status CheckChoice(std::string_view caller, absl::Span<const Point> points,
                         absl::Span<const uint8_t> is_candidate, int64_t count) {
  if (!is_candidate.empty() && is_candidate.size() != points.size()) {
    return absl::InvalidArgumentError(absl::StrCat(caller, ": is_candidate has ",
                                                   is_candidate.size(), " numbers for ",
                                                   points.size(), " points"));
  }
  if (count < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(caller, ": count is ", count, " but must be at least 0"));
  }
  return absl::OkStatus();
}

}  // namespace frazo::points
