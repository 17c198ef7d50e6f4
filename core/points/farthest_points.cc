#include "core/points/farthest_points.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/numeric/random.h"
#include "core/points/candidate_points.h"
#include "core/status/status_macros.h"

namespace frazo::points {
namespace {

// Candidates in one block are near each other, so that most blocks need no look at their candidates
// when a point is chosen elsewhere.
constexpr int64_t kBlock = 32;

struct Candidate {
  float x;
  float y;
  int64_t index;
};

// Returns the square of how far a number is outside of an interval. It is never above the square of
// its distance to a number inside: subtraction and multiplication round in order.
double SquaredGap(double low, double high, double number) {
  const double gap = std::max(std::max(low - number, number - high), 0.0);
  return gap * gap;
}

// The candidates that are left, as the leaves of a tree that halves them along the longer side of
// their rectangle (Friedman, Bentley and Finkel 1977).
class Candidates {
 public:
  Candidates(absl::Span<const Point> points, const std::vector<int64_t>& indices) {
    candidates_.reserve(indices.size());
    for (const int64_t index : indices) {
      candidates_.push_back({points[index].x, points[index].y, index});
    }
    // More than the distance of any two points of floats.
    distances_.assign(indices.size(), std::numeric_limits<double>::max());
    Divide(0, indices.size());
  }

  // Takes a chosen point into account, and never returns it from Farthest().
  void Choose(const Point& chosen, int64_t chosen_index) {
    const double x = chosen.x;
    const double y = chosen.y;
    for (Block& block : blocks_) {
      const double nearest =
          SquaredGap(block.min_x, block.max_x, x) + SquaredGap(block.min_y, block.max_y, y);
      // Equal ones are looked at: the chosen point may be among them.
      if (nearest > block.greatest) continue;
      for (int64_t i = block.begin; i < block.end; ++i) {
        const double dx = candidates_[i].x - x;
        const double dy = candidates_[i].y - y;
        distances_[i] = std::min(distances_[i], dx * dx + dy * dy);
        if (candidates_[i].index == chosen_index) distances_[i] = kRemoved;
      }
      FindGreatest(block);
    }
  }

  // Returns the index of the farthest one left, of equals the lowest; kNone if none is left.
  int64_t Farthest() const {
    double greatest = kRemoved;
    int64_t index = kNone;
    for (const Block& block : blocks_) {
      if (block.greatest > greatest ||
          (block.greatest == greatest && greatest > kRemoved && block.index < index)) {
        greatest = block.greatest;
        index = block.index;
      }
    }
    return index;
  }

  static constexpr int64_t kNone = -1;

 private:
  // In the place of the distance of a candidate that is chosen.
  static constexpr double kRemoved = -1;

  struct Block {
    // A range of candidates_.
    int64_t begin;
    int64_t end;
    double min_x;
    double max_x;
    double min_y;
    double max_y;
    // The greatest of its distances, and the lowest index of a candidate that has it.
    double greatest;
    int64_t index;
  };

  void Divide(int64_t begin, int64_t end) {
    if (begin == end) return;
    const auto first = candidates_.begin() + begin;
    const auto last = candidates_.begin() + end;
    const auto by_x = [](const Candidate& a, const Candidate& b) { return a.x < b.x; };
    const auto by_y = [](const Candidate& a, const Candidate& b) { return a.y < b.y; };
    const auto [min_x, max_x] = std::minmax_element(first, last, by_x);
    const auto [min_y, max_y] = std::minmax_element(first, last, by_y);
    if (end - begin <= kBlock) {
      blocks_.push_back({begin, end, min_x->x, max_x->x, min_y->y, max_y->y, kRemoved, kNone});
      FindGreatest(blocks_.back());
      return;
    }
    const auto middle = first + (end - begin) / 2;
    if (double{max_x->x} - min_x->x > double{max_y->y} - min_y->y) {
      std::nth_element(first, middle, last, by_x);
    } else {
      std::nth_element(first, middle, last, by_y);
    }
    Divide(begin, begin + (end - begin) / 2);
    Divide(begin + (end - begin) / 2, end);
  }

  void FindGreatest(Block& block) const {
    block.greatest = kRemoved;
    block.index = kNone;
    for (int64_t i = block.begin; i < block.end; ++i) {
      if (distances_[i] > block.greatest ||
          (distances_[i] == block.greatest && candidates_[i].index < block.index)) {
        block.greatest = distances_[i];
        block.index = candidates_[i].index;
      }
    }
  }

  // By block.
  std::vector<Candidate> candidates_;
  // The square of the distance to the nearest chosen point, or kRemoved.
  std::vector<double> distances_;
  std::vector<Block> blocks_;
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
  const std::vector<int64_t> indices = CandidatePoints(points, is_candidate);
  Candidates candidates(points, indices);
  for (const int64_t start : chosen) candidates.Choose(points[start], start);
  const auto choose = [&](int64_t index) {
    chosen.push_back(index);
    candidates.Choose(points[index], index);
  };
  if (chosen.empty() && !indices.empty()) {
    choose(indices[numeric::Random({choice.seed}).Below(indices.size())]);
  }
  while (chosen.size() < count) {
    const int64_t farthest = candidates.Farthest();
    if (farthest == Candidates::kNone) break;
    choose(farthest);
  }
  return chosen;
}

}  // namespace frazo::points
