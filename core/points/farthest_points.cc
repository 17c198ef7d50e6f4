#include "core/points/farthest_points.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/numeric/random.h"
#include "core/points/candidate_points.h"
#include "core/status/status_macros.h"

namespace frazo::points {
namespace {

// Candidates of a cell of the grid, if they are spread evenly.
constexpr double kPerCell = 40;
// At least two cells have candidates if a grid has so many.
constexpr double kMinCells = 4;
// A block has the candidates of a cell. A cell with more than these becomes a grid itself.
constexpr int64_t kMaxBlock = 64;
// Blocks of a group, most of which no chosen point comes near to.
constexpr int64_t kBlocksPerGroup = 16;

// A rectangle in the plane of x and y.
struct Rectangle {
  double min_x = std::numeric_limits<double>::infinity();
  double max_x = -std::numeric_limits<double>::infinity();
  double min_y = std::numeric_limits<double>::infinity();
  double max_y = -std::numeric_limits<double>::infinity();

  void Include(const Rectangle& other) {
    min_x = std::min(min_x, other.min_x);
    max_x = std::max(max_x, other.max_x);
    min_y = std::min(min_y, other.min_y);
    max_y = std::max(max_y, other.max_y);
  }

  // Returns the square of the distance to the nearest place inside. It is never above that to a
  // point inside: subtraction and multiplication round in order.
  double SquaredDistanceTo(double x, double y) const {
    const double dx = std::max(std::max(min_x - x, x - max_x), 0.0);
    const double dy = std::max(std::max(min_y - y, y - max_y), 0.0);
    return dx * dx + dy * dy;
  }
};

struct Candidate {
  float x;
  float y;
  int64_t index;
};

// The cells of a rectangle: about as many as there are kPerCell candidates, and nearly square.
class Cells {
 public:
  Cells(const Rectangle& area, int64_t candidates) : area_(area) {
    const double width = area.max_x - area.min_x, height = area.max_y - area.min_y;
    const double wanted = std::max(kMinCells, static_cast<double>(candidates) / kPerCell);
    double columns = width > 0 ? wanted : 1;
    if (width > 0 && height > 0)
      columns = std::clamp(std::sqrt(width / height * wanted), 1.0, wanted);
    columns_ = static_cast<int64_t>(columns);
    rows_ = height > 0 ? std::max<int64_t>(1, static_cast<int64_t>(wanted / columns)) : 1;
    columns_per_metre_ = width > 0 ? columns_ / width : 0;
    rows_per_metre_ = height > 0 ? rows_ / height : 0;
  }

  int64_t count() const { return columns_ * rows_; }

  // Returns the number of a candidate's cell. Every second row goes backwards, so that cells with
  // neighbouring numbers are neighbours.
  int64_t CellOf(const Candidate& candidate) const {
    const auto column = std::min<int64_t>(
        columns_ - 1, static_cast<int64_t>((candidate.x - area_.min_x) * columns_per_metre_));
    const auto row = std::min<int64_t>(
        rows_ - 1, static_cast<int64_t>((candidate.y - area_.min_y) * rows_per_metre_));
    return row * columns_ + (row % 2 == 0 ? column : columns_ - 1 - column);
  }

 private:
  Rectangle area_;
  int64_t columns_;
  int64_t rows_;
  double columns_per_metre_;
  double rows_per_metre_;
};

// The candidates that are left, in blocks of neighbours. Most blocks need no look when a point is
// chosen elsewhere, as in QuickFPS (Han et al. 2023).
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
    for (size_t first = 0; first < blocks_.size(); first += kBlocksPerGroup) {
      const size_t last = std::min(blocks_.size(), first + kBlocksPerGroup);
      Group group = {first, last, {}, kRemoved};
      for (size_t i = first; i < last; ++i) {
        group.area.Include(blocks_[i].area);
        group.greatest = std::max(group.greatest, blocks_[i].greatest);
      }
      groups_.push_back(group);
    }
  }

  // Takes a chosen point into account, and never returns it from Farthest().
  void Choose(const Point& chosen, int64_t chosen_index) {
    for (Group& group : groups_) {
      // Equal ones are looked at: the chosen point may be among them.
      if (group.area.SquaredDistanceTo(chosen.x, chosen.y) > group.greatest) continue;
      group.greatest = kRemoved;
      for (size_t i = group.begin; i < group.end; ++i) {
        Block& block = blocks_[i];
        if (block.area.SquaredDistanceTo(chosen.x, chosen.y) <= block.greatest) {
          Approach(chosen, chosen_index, &block);
        }
        group.greatest = std::max(group.greatest, block.greatest);
      }
    }
  }

  // Returns the index of the farthest one left, of equals the lowest; kNone if none is left.
  int64_t Farthest() const {
    double greatest = kRemoved;
    for (const Group& group : groups_) greatest = std::max(greatest, group.greatest);
    if (greatest == kRemoved) return kNone;
    int64_t index = std::numeric_limits<int64_t>::max();
    for (const Group& group : groups_) {
      if (group.greatest != greatest) continue;
      for (size_t i = group.begin; i < group.end; ++i) {
        if (blocks_[i].greatest == greatest) index = std::min(index, blocks_[i].index);
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
    Rectangle area;
    // The greatest of its distances, and the lowest index of a candidate that has it.
    double greatest;
    int64_t index;
  };

  struct Group {
    // A range of blocks_.
    size_t begin;
    size_t end;
    Rectangle area;
    // The greatest of its blocks.
    double greatest;
  };

  // Makes blocks of a range of candidates. They stay in the order of their indices within each.
  void Divide(int64_t begin, int64_t end) {
    if (begin == end) return;
    const Rectangle area = AreaOf(begin, end);
    // No grid divides points in one place.
    const bool is_one_place = area.min_x == area.max_x && area.min_y == area.max_y;
    if (end - begin <= kMaxBlock || is_one_place) {
      for (int64_t first = begin; first < end; first += kMaxBlock) {
        const int64_t last = std::min(end, first + kMaxBlock);
        blocks_.push_back({first, last, area, distances_[first], candidates_[first].index});
      }
      return;
    }
    int64_t first = begin;
    for (const int64_t last : SortByCell(Cells(area, end - begin), begin, end)) {
      Divide(first, last);
      first = last;
    }
  }

  Rectangle AreaOf(int64_t begin, int64_t end) const {
    Rectangle area;
    for (int64_t i = begin; i < end; ++i) {
      const double x = candidates_[i].x, y = candidates_[i].y;
      area.Include({x, x, y, y});
    }
    return area;
  }

  // Sorts a range by cell, otherwise in the order that it has, by counting. Returns the end of each
  // cell's candidates.
  std::vector<int64_t> SortByCell(const Cells& cells, int64_t begin, int64_t end) {
    const std::vector<Candidate> unsorted(candidates_.begin() + begin, candidates_.begin() + end);
    // Cell c is counted two places further, so that each candidate moves its cell's end.
    std::vector<int64_t> ends(cells.count() + 2);
    for (const Candidate& candidate : unsorted) ++ends[cells.CellOf(candidate) + 2];
    ends[0] = ends[1] = begin;
    for (int64_t cell = 0; cell < cells.count(); ++cell) ends[cell + 2] += ends[cell + 1];
    for (const Candidate& candidate : unsorted) {
      candidates_[ends[cells.CellOf(candidate) + 1]++] = candidate;
    }
    ends.erase(ends.begin());
    ends.pop_back();
    return ends;
  }

  // Shortens the distances of a block's candidates to the nearest chosen point.
  void Approach(const Point& chosen, int64_t chosen_index, Block* block) {
    const double x = chosen.x, y = chosen.y;
    double greatest = kRemoved;
    for (int64_t i = block->begin; i < block->end; ++i) {
      const double dx = candidates_[i].x - x, dy = candidates_[i].y - y;
      double distance = std::min(distances_[i], dx * dx + dy * dy);
      if (candidates_[i].index == chosen_index) distance = kRemoved;
      distances_[i] = distance;
      greatest = std::max(greatest, distance);
    }
    const auto first = distances_.begin() + block->begin;
    block->greatest = greatest;
    const auto place = std::find(first, distances_.end(), greatest);
    block->index = candidates_[place - distances_.begin()].index;
  }

  // By block.
  std::vector<Candidate> candidates_;
  // The square of the distance to the nearest chosen point, or kRemoved.
  std::vector<double> distances_;
  std::vector<Block> blocks_;
  std::vector<Group> groups_;
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
