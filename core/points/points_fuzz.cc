#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/points/farthest_points.h"
#include "core/points/neighbor_features.h"
#include "core/points/neighbor_grid.h"
#include "core/points/point.h"
#include "core/points/point_grid.h"
#include "core/points/uniform_points.h"
#include "core/testing/fuzz_floats.h"
#include "core/testing/fuzz_target.h"

namespace frazo {
namespace {

using points::NeighborGrid;
using points::Point;

bool HasIndex(const std::vector<int64_t>& indices, int64_t index) {
  return std::find(indices.begin(), indices.end(), index) != indices.end();
}

void FuzzSamples(const std::vector<Point>& points) {
  const size_t finite = std::count_if(points.begin(), points.end(), points::IsFinite);
  const auto farthest = FarthestPoints(points, {}, {5, {}, points.size()});
  const auto uniform = UniformPoints(points, {}, 5, points.size());
  for (const auto& chosen : {farthest, uniform}) {
    Require(chosen.ok() && chosen->size() == std::min<size_t>(finite, 5), "samples are full");
    std::vector<int64_t> seen;
    for (const int64_t index : *chosen) {
      Require(IsFinite(points.at(index)) && !HasIndex(seen, index), "candidates come once");
      seen.push_back(index);
    }
  }
}

void FuzzNeighbors(double radius, const std::vector<Point>& points) {
  const auto grid = NeighborGrid::Create(points, {}, radius);
  Require(grid.ok() == (radius >= 1e-6 && radius <= 1e6), "the radius is in range");
  if (!grid.ok()) return;
  const int64_t count = points.size();
  std::vector<int64_t> closest(count * count);
  std::vector<int64_t> uniform(count * count);
  Require(grid->FindClosest(points, count, 1, absl::MakeSpan(closest)).ok(), "sizes fit");
  Require(grid->FindUniform(points, count, 7, 1, absl::MakeSpan(uniform)).ok(), "sizes fit");
  for (int64_t i = 0; i < count; ++i) {
    std::vector<int64_t> near;
    for (int64_t j = 0; j < count; ++j) {
      // False for a point that is not finite.
      if (SquaredDistance(points[i], points[j]) <= radius * radius) near.push_back(j);
    }
    near.resize(count, NeighborGrid::kNone);
    const auto row = closest.begin() + i * count;
    Require(std::is_permutation(row, row + count, near.begin()), "all neighbours are found");
    Require(std::equal(near.begin(), near.end(), uniform.begin() + i * count), "all are drawn");
  }
}

void FuzzFeatures(double radius, const std::vector<Point>& points,
                  const std::vector<float>& numbers) {
  constexpr int64_t kCount = 2;
  const int64_t size = points.size();
  std::vector<float> features(size * kCount * 4);
  std::vector<int32_t> counts(size);
  const auto gathered = GatherNeighborFeatures({points, numbers, 1, 3}, points, {radius, kCount}, 1,
                                               {absl::MakeSpan(features), absl::MakeSpan(counts)});
  Require(gathered.ok() == (radius >= 1e-6 && radius <= 1e6), "the radius is in range");
  if (!gathered.ok()) return;
  for (int64_t i = 0; i < size; ++i) {
    Require(counts[i] >= 0 && counts[i] <= kCount, "counts are in range");
    // A point is a neighbour of itself.
    Require((counts[i] > 0) == IsFinite(points[i]), "finite centres have neighbours");
  }
}

void FuzzCells(const std::vector<float>& numbers) {
  constexpr int64_t kPerCell = 2;
  if (numbers.size() < 6) return;
  points::PointGrid grid;
  for (size_t k = 0; k < 3; ++k) grid.axes[k] = {numbers[2 * k], numbers[2 * k + 1], 3};
  grid.points_per_cell = kPerCell;
  if (!grid.Check().ok()) return;
  const size_t rows = numbers.size() / 3;
  const size_t cells = grid.CellCount();
  std::vector<float> places(cells * kPerCell * 3);
  std::vector<int32_t> counts(cells);
  Require(FillPointGrid({absl::MakeSpan(numbers).first(rows * 3), 3}, grid,
                        {absl::MakeSpan(places), absl::MakeSpan(counts)})
              .ok(),
          "sizes fit");
  int64_t sum = 0;
  for (const int32_t count : counts) {
    Require(count >= 0 && count <= kPerCell, "cells take their points");
    sum += count;
  }
  Require(sum <= static_cast<int64_t>(rows), "a point has one cell");
}

}  // namespace

std::vector<std::string> FuzzSeeds() { return SeedsOfBoxesAndPoints(); }

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // The first is a radius, the others are points. They are few, for all pairs are compared.
  std::vector<float> numbers = frazo::FloatsOf(data, size, 100);
  if (numbers.empty()) return 0;
  const double first = numbers.front();
  numbers.erase(numbers.begin());
  std::vector<frazo::points::Point> points;
  for (size_t i = 0; i + 3 <= numbers.size(); i += 3) {
    points.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
  }
  frazo::FuzzSamples(points);
  frazo::FuzzNeighbors(first, points);
  frazo::FuzzFeatures(first, points, numbers);
  frazo::FuzzCells(numbers);
  return 0;
}
