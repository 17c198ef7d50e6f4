#include "core/geometry/farthest_points.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/geometry/candidate_points.h"
#include "core/numeric/random.h"
#include "core/status/status_macros.h"

namespace frazo::geometry {
namespace {

// The candidates that are left, one array a number: a pass over them is then a pass of vectors.
class Candidates {
 public:
  Candidates(absl::Span<const Point> points, std::vector<int64_t> indices)
      : indices_(std::move(indices)),
        x_(indices_.size()),
        y_(indices_.size()),
        // More than the distance of any two points of floats.
        distances_(indices_.size(), std::numeric_limits<double>::max()) {
    for (size_t i = 0; i < indices_.size(); ++i) {
      x_[i] = points[indices_[i]].x;
      y_[i] = points[indices_[i]].y;
    }
  }

  size_t size() const { return indices_.size(); }
  int64_t index(size_t place) const { return indices_[place]; }

  // Takes a chosen point into account.
  void Choose(const Point& chosen) {
    const double chosen_x = chosen.x;
    const double chosen_y = chosen.y;
    for (size_t i = 0; i < distances_.size(); ++i) {
      const double dx = x_[i] - chosen_x;
      const double dy = y_[i] - chosen_y;
      distances_[i] = std::min(distances_[i], dx * dx + dy * dy);
    }
  }

  // Never returns this candidate from Farthest() again.
  void Remove(size_t place) { distances_[place] = -1; }
  void RemoveIndex(int64_t index) {
    const auto found = std::lower_bound(indices_.begin(), indices_.end(), index);
    if (found != indices_.end() && *found == index) Remove(found - indices_.begin());
  }

  // Returns the place of the farthest one left; size() if none is left.
  size_t Farthest() const {
    double greatest = -1;
    for (const double distance : distances_) greatest = std::max(greatest, distance);
    if (greatest < 0) return size();
    return std::find(distances_.begin(), distances_.end(), greatest) - distances_.begin();
  }

 private:
  // Rising.
  std::vector<int64_t> indices_;
  std::vector<double> x_;
  std::vector<double> y_;
  // The square of the distance to the nearest chosen point; -1 for one that is removed.
  std::vector<double> distances_;
};

absl::Status CheckStarts(absl::Span<const Point> points, absl::Span<const int64_t> starts) {
  for (const int64_t start : starts) {
    if (start < 0 || start >= static_cast<int64_t>(points.size())) {
      return absl::InvalidArgumentError(absl::StrCat("FarthestPoints: start ", start,
                                                     " is no index of ", points.size(), " points"));
    }
    if (!IsFinite(points[start])) {
      return absl::InvalidArgumentError(
          absl::StrCat("FarthestPoints: start ", start, " is a point that is not finite"));
    }
  }
  std::vector<int64_t> sorted(starts.begin(), starts.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("FarthestPoints: start ", *twice, " comes twice"));
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> FarthestPoints(absl::Span<const Point> points,
                                                    absl::Span<const uint8_t> is_candidate,
                                                    const FarthestChoice& choice) {
  FRAZO_RETURN_IF_ERROR(CheckChoice("FarthestPoints", points, is_candidate, choice.count));
  FRAZO_RETURN_IF_ERROR(CheckStarts(points, choice.starts));
  const size_t count = choice.count;
  const auto starts = choice.starts.subspan(0, count);
  std::vector<int64_t> chosen(starts.begin(), starts.end());
  if (chosen.size() == count) return chosen;
  Candidates candidates(points, CandidatePoints(points, is_candidate));
  for (const int64_t start : chosen) {
    candidates.Choose(points[start]);
    candidates.RemoveIndex(start);
  }
  const auto choose = [&](size_t place) {
    const int64_t index = candidates.index(place);
    chosen.push_back(index);
    candidates.Choose(points[index]);
    candidates.Remove(place);
  };
  if (chosen.empty() && candidates.size() > 0) {
    choose(numeric::Random({choice.seed}).Below(candidates.size()));
  }
  while (chosen.size() < count) {
    const size_t farthest = candidates.Farthest();
    if (farthest == candidates.size()) break;
    choose(farthest);
  }
  return chosen;
}

}  // namespace frazo::geometry
